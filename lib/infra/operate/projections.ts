import { Construct } from 'constructs';
import type { Publisher } from '../delivery/publisher.ts';
import type { Api } from '../kit/api.ts';
import { output } from '../kit/outputs.ts';
import { type Common, Step } from '../kit/step.ts';
import type { Rebuilds } from '../rebuild/rebuilds.ts';
import type { EventStore } from '../store/event-store.ts';
import { letFindViews, type Operated } from '../view/find.ts';

type Props = Common &
  Readonly<{
    views: readonly Operated[];
    store: EventStore;
    publisher: Publisher;
    rebuilds: Rebuilds;
    api: Api;
  }>;

/** /ops/...: for operators, the parked streams and the lag of everything; requests to resume; and rebuilds. */
export class Operations extends Construct {
  constructor(scope: Construct, id: string, { views, store, publisher, rebuilds, api, ...common }: Props) {
    super(scope, id);
    const step = new Step(this, 'Ops', {
      ...common,
      step: 'ops',
      description: 'Tells operators how the projections are, and takes their orders.',
    });
    letFindViews(step, views);
    for (const view of views) view.letOperate(step);
    step.addEnvironment('PUBLISH_FUNCTION', publisher.functionName);
    step.mayReadMetrics();
    api.route('GET', '/ops/projections', step);
    api.route('POST', '/ops/projections/{name}/parked/{stream}/resume', step);
    store.letLeadRebuilds(step);
    store.letReadSecret(step, 'proofs');
    store.letEstimate(step);
    rebuilds.letStart(step);
    api.route('GET', '/ops/rebuilds', step);
    api.route('POST', '/ops/rebuilds', step);
    api.route('GET', '/ops/rebuilds/{id}', step);
    api.route('POST', '/ops/rebuilds/{id}/cancel', step);
    api.route('POST', '/ops/projections/{name}/roll-back', step);
    store.letRead(step);
    api.route('GET', '/ops/trace/{correlation}', step);
    api.route('GET', '/ops/model', step);
    api.route('GET', '/ops/streams', step);
    api.route('GET', '/ops/streams/{category}/{id}/stored', step);
    output(this, 'OpsFunction', step.functionName);
  }
}
