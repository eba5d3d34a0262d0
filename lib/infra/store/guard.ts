import { Duration } from 'aws-cdk-lib';
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { alarmOnLine } from '../kit/alarm.ts';
import { output } from '../kit/outputs.ts';
import { type Common, Step } from '../kit/step.ts';
import type { EventStore } from './event-store.ts';

/** Watches for a change to what never changes: any MODIFY or REMOVE of a commit raises an alarm that names the stream in its log. */
export class Guard extends Construct {
  constructor(scope: Construct, id: string, { store, ...common }: Common & Readonly<{ store: EventStore }>) {
    super(scope, id);
    const step = new Step(this, 'Guard', {
      ...common,
      step: 'guard',
      description: 'Raises the alarm when a commit was changed or removed.',
      timeout: Duration.seconds(30),
    });
    // The record of a purge tells what that did from tampering.
    store.letUse(step, 'commits', ['GetItem']);
    store.letReadSecret(step, 'purges');
    new EventSourceMapping(this, 'Changed', {
      target: step,
      eventSourceArn: store.letFollow(step),
      filters: ['MODIFY', 'REMOVE'].map((kind) => FilterCriteria.filter({ eventName: FilterRule.isEqual(kind) })),
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      bisectBatchOnError: true,
      retryAttempts: 100,
    });
    alarmOnLine(step, {
      id: 'Tamperings',
      message: 'History was tampered with.',
      alarmDescription: 'A commit was changed or removed: the log of the guard names its stream; run foldstream verify on it.',
    });
    output(this, 'GuardFunction', step.functionName);
  }
}
