import { CustomResource, Duration, Stack } from 'aws-cdk-lib';
import { ManagedPolicy, Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { revisionKey } from '../../core/deployed-names.ts';
import type { Manifest } from '../../core/manifest.ts';
import { accept, output } from '../kit/outputs.ts';
import { type Common, calledOnce, Step } from '../kit/step.ts';
import type { EventStore } from '../store/event-store.ts';
import type { ViewGroup } from '../view/group.ts';
import type { View } from '../view/view.ts';

/** Well above the time limit of the builds that it does itself. */
const timeout = Duration.minutes(5);
const { asynchronous, serviceTimeout } = calledOnce(timeout);

/** The name of each revision's table, and the hash of its code where there is one. */
const revisionsOf = (views: readonly View[]) =>
  Object.fromEntries(
    views.map(({ projection, table: { tableName }, code }) => [
      revisionKey(projection),
      code === undefined ? [tableName] : [tableName, code],
    ]),
  );

/** With the ARNs of their tables and functions, of at most 130 characters each, they fit into one policy. */
const viewsInPolicy = 20;

/**
 * The custom resources of each deployment, by one function. First it makes missing secrets, before the functions that read them are deployed. Then,
 * when all views exist and before anything is removed, it lets first revisions answer at once if there is no history, and refuses a deployment that
 * would remove the revision that answers.
 */
export class DeployedViews extends Construct {
  private readonly step: Step;
  private readonly controlName: string;

  constructor(scope: Construct, id: string, { store, ...common }: Common & Readonly<{ store: EventStore }>) {
    super(scope, id);
    this.step = new Step(this, 'Deployed', {
      ...common,
      step: 'deployed',
      description: 'Settles which revisions of views answer after a deployment, and makes the secrets of a first one.',
      timeout,
      asynchronous,
    });
    this.controlName = store.controlName;
    store.letSettle(this.step);
    store.makesSecrets(this.step, (properties) => this.resource('Secrets', 'Custom::Secrets', properties));
    output(this, 'DeployedFunction', this.step.functionName);
  }

  /** The resource that exists once the active revisions are settled. */
  settle(views: readonly View[], groups: readonly ViewGroup[], retired: Manifest['retired'] = {}): CustomResource {
    const resource = this.resource('Views', 'Custom::DeployedViews', {
      Revisions: revisionsOf(views),
      Retired: Object.keys(retired).sort(),
      // Another control table, such as a restored one, lacks everything settled since.
      Table: this.controlName,
      Workers: Object.fromEntries(
        views.map(({ projection, rebuildFunction }) => [revisionKey(projection), rebuildFunction.functionName]),
      ),
    });
    if (views.length === 0) return resource;
    const rights = this.rightsOn(views);
    // Waits for all parts of each view, so that delivered commits find a function.
    resource.node.addDependency(...rights, ...views, ...groups);
    return resource;
  }

  /** Not with the rights that the role begins with, which are there before any view; and in portions, since a role's own policies have 10,240 characters
   * together, and a managed one 6,144. */
  private rightsOn(views: readonly View[]): readonly (Policy | ManagedPolicy)[] {
    const portions = Array.from({ length: Math.ceil(views.length / viewsInPolicy) }, (_, i) =>
      views.slice(i * viewsInPolicy, (i + 1) * viewsInPolicy),
    );
    return portions.map((portion, i) => {
      const statements = [
        new PolicyStatement({ actions: ['dynamodb:DescribeTable'], resources: portion.map(({ table }) => table.tableArn) }),
        // Small views are built during the deployment.
        new PolicyStatement({
          actions: ['lambda:InvokeFunction'],
          resources: portion.map(({ rebuildFunction }) => rebuildFunction.functionArn),
        }),
      ];
      const props = { roles: [this.step.role!], statements };
      return i === 0 ? new Policy(this, 'Identify', props) : new ManagedPolicy(this, `Identify${i + 1}`, props);
    });
  }

  /** The resource that empties a bucket when it goes, and is to go before the bucket does. */
  empties(bucket: Bucket): CustomResource {
    this.step.may(['s3:ListBucket'], [bucket.bucketArn]);
    this.step.may(['s3:DeleteObject'], [bucket.arnForObjects('*')]);
    const logicalId = Stack.of(bucket).getLogicalId(bucket.node.defaultChild as CfnBucket);
    accept(this.step.role!, {
      [`IAM5[Resource::<${logicalId}.Arn>/*]`]:
        'All that is in the bucket goes, whatever it is called, and this one bucket alone.',
    });
    return this.resource('Emptied', 'Custom::EmptiedBucket', { Bucket: bucket.bucketName });
  }

  private resource(id: string, resourceType: string, properties: Readonly<Record<string, unknown>>): CustomResource {
    const resource = new CustomResource(this, id, {
      // The function answers CloudFormation itself: a provider of its own would be three more functions.
      serviceToken: this.step.functionArn,
      resourceType,
      serviceTimeout,
      properties,
    });
    // Its rights first.
    resource.node.addDependency(this.step.role!);
    return resource;
  }
}
