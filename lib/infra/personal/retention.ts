import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { Manifest } from '../../core/manifest.ts';
import { isRegister } from '../../core/personal/register.ts';
import { type Retentions, retentionsOf } from '../../core/personal/retention.ts';
import type { AnyProjection } from '../../core/projection.ts';
import { output, stackNameOf } from '../kit/outputs.ts';
import { type Common, calledAgain, Step } from '../kit/step.ts';
import type { EventStore } from '../store/event-store.ts';
import type { SubjectKeys } from './subject-keys.ts';

/** A revision of a view. */
type View = Readonly<{ projection: AnyProjection; letRetain(step: Step): void }>;

type Given = Common & Readonly<{ keys: SubjectKeys; store: EventStore }>;

type Props = Given & Readonly<{ retentions: Retentions; registers: readonly View[] }>;

/** Erases the subjects whose streams have all ended long enough ago. Only a deployment whose manifest declares a retention has it. */
class Retention extends Construct {
  constructor(scope: Construct, id: string, { retentions, registers, keys, store, ...common }: Props) {
    super(scope, id);
    const step = new Step(this, 'Retention', {
      ...common,
      step: 'retention',
      description: 'Erases subjects whose retention is over.',
      timeout: Duration.minutes(15),
      // The next run goes on where a failed one stopped.
      asynchronous: calledAgain,
    });
    step.addEnvironment('STACK', stackNameOf(this));
    keys.letErase(step);
    store.letRecordSubjects(step, Object.keys(retentions));
    store.letReadActives(step);
    for (const register of registers) register.letRetain(step);
    new Rule(this, 'EachHour', {
      description: 'Lets retention do what is left of the day: one pass a day.',
      schedule: Schedule.rate(Duration.hours(1)),
      targets: [new LambdaFunction(step, { retryAttempts: 0 })],
    });
    output(this, 'RetentionFunction', step.functionName);
  }
}

/** Lets a deployment erase by the retentions of its manifest, if it declares any. */
export const retain = (
  scope: Construct,
  { manifest, views, ...given }: Given & Readonly<{ manifest: Manifest; views: readonly View[] }>,
): void => {
  const [retentions, registers] = [retentionsOf(manifest), views.filter(({ projection }) => isRegister(projection))];
  if (Object.keys(retentions).length > 0) new Retention(scope, 'Retention', { retentions, registers, ...given });
};
