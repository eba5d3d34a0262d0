import { Construct } from 'constructs';
import { isOpen, isPublic } from '../../core/access.ts';
import { type AnyDecider, namedBy } from '../../core/decider.ts';
import { kebab, pascal } from '../../core/stream.ts';
import { withThoseAlong } from '../../core/together/along.ts';
import type { Api } from '../kit/api.ts';
import { output } from '../kit/outputs.ts';
import { type Common, Step } from '../kit/step.ts';
import { appendsPersonal, type SubjectKeys } from '../personal/subject-keys.ts';
import type { EventStore } from '../store/event-store.ts';

type Props = Common & Readonly<{ decider: AnyDecider; store: EventStore; api: Api; keys?: SubjectKeys }>;

/**
 * One category's commands: POST /<category>/{id}/{command} -> one commit. A function of its own, with rights on its own streams and on
 * those that its commands take others along to. */
export class CommandEndpoint extends Construct {
  readonly functionName: string;

  constructor(scope: Construct, id: string, { decider, store, api, keys, ...common }: Props) {
    super(scope, id);
    const { category, commands } = decider;
    const step = new Step(this, 'Command', {
      ...common,
      step: 'command',
      seals: appendsPersonal([decider]),
      description: `Handles commands to ${category}.`,
      reserved: common.settings.reserved.commands,
    });
    step.addEnvironment('CATEGORY', category);
    const appended = withThoseAlong([decider]);
    store.letAppend(step, [decider], [category]);
    store.letReadSecret(step, 'digests');
    const named = namedBy(decider);
    if (named.length > 0) store.letReadStates(step, named);
    store.letReadFacts(step, appended, [...appended.map((each) => each.category), ...named]);
    keys?.letSealFor(step, [decider]);
    // Commands for processes alone have no public route; commands for anyone have a route without a token.
    const all = Object.entries(commands).filter(([, { may }]) => isPublic(may));
    if (all.some(([, { may }]) => !isOpen(may)))
      for (const path of ['/{id}/{command}', '/batch'])
        api.route('POST', `/${category}${path}`, step, {
          command: all.filter(([, { may }]) => !isOpen(may)).map(([name]) => kebab(name)),
        });
    for (const [name] of all.filter(([, { may }]) => isOpen(may)))
      api.openRoute('POST', `/${category}/{id}/${kebab(name)}`, step, `${category} declares that anyone may send ${name}.`);
    this.functionName = step.functionName;
    output(this, `${pascal(category)}CommandFunction`, step.functionName);
  }
}
