import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { isPublic } from '../core/access.ts';
import type { Api } from './api.ts';
import type { EventStore } from './event-store.ts';
import { output, stackNameOf } from './notes.ts';
import { type Common, Step } from './step.ts';
import type { View } from './view.ts';

type QueriesProps = Common & Readonly<{ views: readonly View[]; store: EventStore; api: Api }>;

/** GET /views/...: rows of the views that someone outside may read. And whether the whole is well. */
export class Queries extends Construct {
  constructor(scope: Construct, id: string, { views, store, api, ...common }: QueriesProps) {
    super(scope, id);
    const step = new Step(this, 'Query', {
      ...common,
      step: 'query',
      description: 'Answers queries from the views.',
      timeout: Duration.seconds(15),
    });
    letQuery(step, views);
    store.letReadActives(step);
    // Consistency tokens are sealed with it.
    store.letReadSecret(step, 'digests');
    api.route('GET', '/views/{view}', step);
    api.route('GET', '/views/{view}/{id}', step);
    api.openRoute('GET', '/health', step);
    output(this, 'QueryFunction', step.functionName);
  }
}

/** The public views' tables, of all revisions: their names follow from the stack's. */
const letQuery = (step: Step, views: readonly View[]): void => {
  step.addEnvironment('STACK', stackNameOf(step));
  for (const view of views) if (isPublic(view.projection.may)) view.letQuery(step);
};

/** GET /streams/...: what happened to one thing, and what it was at any time. */
export class History extends Construct {
  constructor(scope: Construct, id: string, { store, api, ...common }: Common & Readonly<{ store: EventStore; api: Api }>) {
    super(scope, id);
    const step = new Step(this, 'History', {
      ...common,
      step: 'history',
      description: 'Answers queries for the history of one stream.',
      timeout: Duration.seconds(15),
    });
    store.letRead(step);
    store.letReadSnapshots(step, common.code.fold);
    for (const path of ['', '/state', '/diff']) api.route('GET', `/streams/{category}/{id}${path}`, step);
    output(this, 'HistoryFunction', step.functionName);
  }
}
