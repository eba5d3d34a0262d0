import { Duration, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Api } from './api.ts';
import { accept, output } from './notes.ts';
import type { Publisher } from './publisher.ts';
import { type Common, Step } from './step.ts';
import type { View } from './view.ts';

/** The variables from which a function knows all views. Names only, and one queue's URL: a function's variables have 4 KB together. */
export const letFindViews = (step: Step, views: readonly View[]): void => {
  const names = Object.fromEntries(views.map(({ names: { key, table, queue } }) => [key, [table, queue]]));
  step.addEnvironment('PROJECTIONS', Stack.of(step).toJsonString(names));
  const [first] = views;
  if (first) step.addEnvironment('QUEUE_URL', first.names.queueUrl);
};

type Props = Common & Readonly<{ views: readonly View[]; publisher: Publisher; api: Api }>;

/** /ops/...: for operators, what is parked and how far everything is behind; and the order to go on. */
export class Operations extends Construct {
  constructor(scope: Construct, id: string, { views, publisher, api, ...common }: Props) {
    super(scope, id);
    const step = new Step(this, 'Ops', {
      ...common,
      step: 'ops',
      description: 'Tells operators how the projections are, and takes their orders.',
      timeout: Duration.seconds(15),
    });
    letFindViews(step, views);
    for (const view of views) view.letOperate(step);
    step.addEnvironment('PUBLISH_FUNCTION', publisher.functionName);
    // Of metrics there are no smaller rights.
    step.may(['cloudwatch:GetMetricData'], ['*']);
    accept(step.role!, { 'IAM5[Resource::*]': 'cloudwatch:GetMetricData knows no resources; it reads figures, never data.' });
    api.route('GET', '/ops/projections', step);
    api.route('POST', '/ops/projections/{name}/parked/{stream}/resume', step);
    output(this, 'OpsFunction', step.functionName);
  }
}
