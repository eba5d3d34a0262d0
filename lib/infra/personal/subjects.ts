import { Construct } from 'constructs';
import type { Api } from '../kit/api.ts';
import { output } from '../kit/outputs.ts';
import { type Common, Step } from '../kit/step.ts';
import type { EventStore } from '../store/event-store.ts';
import type { SubjectKeys } from './subject-keys.ts';

type Props = Common & Readonly<{ keys: SubjectKeys; store: EventStore; api: Api }>;

/** POST /subjects/{id}/erase: deletes the keys of a subject, and records it. */
export class Subjects extends Construct {
  constructor(scope: Construct, id: string, { keys, store, api, ...common }: Props) {
    super(scope, id);
    const step = new Step(this, 'Subjects', {
      ...common,
      step: 'subjects',
      description: 'Erases subjects: deletes their keys, and records it.',
    });
    keys.letErase(step);
    store.letRecordErasures(step);
    api.route('POST', '/subjects/{id}/erase', step);
    output(this, 'SubjectsFunction', step.functionName);
  }
}
