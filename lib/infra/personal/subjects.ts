import { Construct } from 'constructs';
import { isRegister } from '../../core/personal/register.ts';
import type { AnyProjection } from '../../core/projection.ts';
import type { Api } from '../kit/api.ts';
import { output, stackNameOf } from '../kit/outputs.ts';
import { type Common, Step } from '../kit/step.ts';
import type { EventStore } from '../store/event-store.ts';
import type { SubjectKeys } from './subject-keys.ts';

type Queried = Readonly<{ projection: AnyProjection; letQuery(step: Step): void }>;
type Props = Common & Readonly<{ keys: SubjectKeys; views: readonly Queried[]; store: EventStore; api: Api }>;

/**
 * /subjects/...: one function deletes the keys of a subject and can open nothing, another one opens all that is held about a subject and can delete nothing.
 * Both record what they do.
 */
export class Subjects extends Construct {
  constructor(scope: Construct, id: string, { keys, views, store, api, ...common }: Props) {
    super(scope, id);
    const erasing = new Step(this, 'Subjects', {
      ...common,
      step: 'subjects',
      description: 'Erases subjects: deletes their keys, and records it.',
    });
    const exporting = new Step(this, 'Export', {
      ...common,
      step: 'subject-export',
      description: 'Answers with all that is held about a subject, and records it.',
    });
    keys.letErase(erasing);
    keys.letOpen(exporting);
    for (const step of [erasing, exporting]) {
      step.addEnvironment('STACK', stackNameOf(step));
      store.letRecordSubjects(step);
      store.letReadActives(step);
      for (const view of views) if (isRegister(view.projection)) view.letQuery(step);
    }
    store.letRead(exporting);
    api.route('GET', '/subjects/{id}', erasing);
    api.route('POST', '/subjects/{id}/erase', erasing);
    api.route('GET', '/subjects/{id}/export', exporting);
    output(this, 'SubjectsFunction', erasing.functionName);
    output(this, 'SubjectExportFunction', exporting.functionName);
  }
}
