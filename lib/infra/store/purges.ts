import { Duration } from 'aws-cdk-lib';
import type { CfnRole } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { output } from '../kit/outputs.ts';
import { type Common, Step } from '../kit/step.ts';
import { exceptPurging } from './append-only.ts';
import type { EventStore } from './event-store.ts';

/** The function that purges streams. No route leads to it: who may invoke it is said by the policies of operators, in the account. */
export class Purges extends Construct {
  constructor(scope: Construct, id: string, { store, ...common }: Common & Readonly<{ store: EventStore }>) {
    super(scope, id);
    const step = new Step(this, 'Purge', {
      ...common,
      step: 'purge',
      description: 'Purges streams: blanks their commits, and keeps a signed record of it.',
      timeout: Duration.minutes(15),
    });
    store.letUse(step, 'commits', ['GetItem', 'PutItem', 'Query', 'UpdateItem']);
    store.letUse(step, 'snapshots', ['PutItem', 'Query']);
    // The names of unique values are keyed hashes, and it gives these values back.
    store.letReadSecret(step, 'digests');
    store.letReadSecret(step, 'purges');
    store.policy.addStatements(exceptPurging((step.role!.node.defaultChild as CfnRole).attrRoleId));
    output(this, 'PurgeFunction', step.functionName);
  }
}
