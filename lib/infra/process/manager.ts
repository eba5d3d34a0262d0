import { Duration, Tags } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import { processName } from '../../core/deployed-names.ts';
import { subscriptionsOf } from '../../core/process/performs.ts';
import type { AnyProcess } from '../../core/process/process.ts';
import { pascal } from '../../core/stream.ts';
import { rulesFor } from '../delivery/pattern.ts';
import { type Delivery, deliveryOutputs, letReceive, queuesOf, settingsOf } from '../delivery/queues.ts';
import { alarmOnLine } from '../kit/alarm.ts';
import { outputs, stackNameOf } from '../kit/outputs.ts';
import { type Common, Step } from '../kit/step.ts';
import { appendsPersonal, type SubjectKeys } from '../personal/subject-keys.ts';
import type { EventStore } from '../store/event-store.ts';
import { letSchedule } from './one-shots.ts';
import { letReact } from './rights.ts';

/** Twice as long as a function begins new steps of an instance. */
const timeout = Duration.seconds(20);

type Props = Common & Readonly<{ process: AnyProcess; store: EventStore; bus: IEventBus; keys?: SubjectKeys }>;

/** One process: bus -> rules -> queue -> function -> its own streams, and those that it sends commands to. Deadlines and orders come through the same queue. */
export class ProcessManager extends Construct {
  readonly process: AnyProcess;
  readonly delivery: Delivery;

  constructor(scope: Construct, id: string, { process, store, bus, keys, ...common }: Props) {
    super(scope, id);
    this.process = process;
    const { category } = process;
    Tags.of(this).add('foldstream:process', category);
    this.delivery = queuesOf(this, {
      name: category,
      queueName: processName(stackNameOf(this), process),
      settings: settingsOf(common.settings, category),
      timeout,
      gatherSeconds: process.gatherSeconds,
    });
    this.rules(bus);

    const step = new Step(this, 'React', {
      ...common,
      step: 'react',
      seals: appendsPersonal(process.sends),
      description: `Reacts to commits for ${category}, and sends its commands.`,
      timeout,
    });
    step.addEnvironment('PROCESS', category);
    letReact(step, store, process);
    keys?.letSealFor(step, process.sends);
    store.letReadSecret(step, 'digests');
    store.letReadSecret(step, 'proofs');
    const scheduleGroup = letSchedule(this, step, this.delivery.queue, common.settings);
    letReceive(this, step, this.delivery);
    const standing = {
      alarm: 'InstanceStands',
      alarmDescription:
        'An instance of a process stands still: a command of it was refused and nothing follows on that, or a reaction threw. foldstream processes says which and why; retry or resolve it, or mend it, deploy, then resume it.',
    };
    alarmOnLine(step, { id: 'InstanceStuck', message: 'An instance is stuck.', ...standing });
    alarmOnLine(step, { id: 'InstanceParked', message: 'An instance is parked.', ...standing });

    const prefix = pascal(category);
    outputs(this, `${prefix}Names`, {
      [`${prefix}ReactFunction`]: step.functionName,
      [`${prefix}ScheduleGroup`]: scheduleGroup,
    });
    deliveryOutputs(this, prefix, this.delivery);
  }

  /**
   * Imported commits are left out: their consequences happened in their first home. The function ignores them as well. So are its own steps: who takes one
   * keeps its record until all that follows is done.
   */
  private rules(bus: IEventBus): void {
    const { category } = this.process;
    const { queue, deadLetters: deadLetterQueue } = this.delivery;
    const targets = [new SqsQueue(queue, { deadLetterQueue })];
    rulesFor(this, 'Sources', {
      bus,
      description: `Commits that ${category} reacts to.`,
      wanted: subscriptionsOf(this.process),
      only: { imported: false },
      targets,
    });
  }
}
