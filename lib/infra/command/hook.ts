import { Construct } from 'constructs';
import { type AnyHook, hookPath } from '../../core/hook/hook.ts';
import { pascal } from '../../core/stream.ts';
import { withThoseAlong } from '../../core/together/along.ts';
import type { Api } from '../kit/api.ts';
import { output } from '../kit/outputs.ts';
import { letReadTeamSecrets } from '../kit/secrets.ts';
import { type Common, Step } from '../kit/step.ts';
import { appendsPersonal, type SubjectKeys } from '../personal/subject-keys.ts';
import type { EventStore } from '../store/event-store.ts';

type Props = Common & Readonly<{ name: string; hook: AnyHook; store: EventStore; api: Api; keys?: SubjectKeys }>;

/** One provider's events: POST /hooks/<name> -> a command to one category. A function of its own, with rights on that category's streams and on its own secret. */
export class HookEndpoint extends Construct {
  constructor(scope: Construct, id: string, { name, hook, store, api, keys, ...common }: Props) {
    super(scope, id);
    const { category } = hook.sends;
    const step = new Step(this, 'Hook', {
      ...common,
      step: 'hook',
      seals: appendsPersonal([hook.sends]),
      description: `Takes the events of ${name} as commands to ${category}.`,
    });
    step.addEnvironment('HOOK', name);
    const appended = withThoseAlong([hook.sends]);
    store.letAppend(step, [hook.sends]);
    store.letReadFacts(
      step,
      appended,
      appended.map((each) => each.category),
    );
    keys?.letSealFor(step, [hook.sends]);
    store.letReadSecret(step, 'digests');
    letReadTeamSecrets(step, [hook.verify.secret], common.settings);
    api.openRoute('POST', hookPath(name), step, 'Its function verifies the signature of each request: providers have no token.');
    output(this, `${pascal(name)}HookFunction`, step.functionName);
  }
}
