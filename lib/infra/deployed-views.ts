import { CustomResource, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { revisionKey } from '../core/deployed-names.ts';
import type { EventStore } from './event-store.ts';
import { output } from './notes.ts';
import { type Common, Step } from './step.ts';
import type { View } from './view.ts';

type Props = Common & Readonly<{ views: readonly View[]; store: EventStore }>;

/** Each revision's table, and the hash of its code where there is one. */
const revisionsOf = (views: readonly View[]) =>
  Object.fromEntries(
    views.map(({ projection, tableName, code }) => [
      revisionKey(projection),
      code === undefined ? [tableName] : [tableName, code],
    ]),
  );

/**
 * A step of each deployment, when all views are there and before anything is removed: first revisions answer at once where there is no history,
 * and a deployment that would take away what answers is refused.
 */
export class DeployedViews extends Construct {
  constructor(scope: Construct, id: string, { views, store, ...common }: Props) {
    super(scope, id);
    const step = new Step(this, 'Deployed', {
      ...common,
      step: 'deployed',
      description: 'Settles which revisions of views answer after a deployment.',
      timeout: Duration.seconds(30),
    });
    store.letSettle(step);
    const resource = new CustomResource(this, 'Views', {
      // The function answers CloudFormation itself: a provider of its own would be three more functions.
      serviceToken: step.functionArn,
      resourceType: 'Custom::DeployedViews',
      serviceTimeout: Duration.minutes(2),
      properties: { Revisions: revisionsOf(views) },
    });
    // Its rights first, and the whole of each view: what is delivered from now on finds a function.
    resource.node.addDependency(step.role!, ...views);
    output(this, 'DeployedFunction', step.functionName);
  }
}
