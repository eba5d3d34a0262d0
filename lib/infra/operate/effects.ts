import { Construct } from 'constructs';
import { performancesName } from '../../core/effect/performances-view.ts';
import { letFindEffects } from '../effect/find.ts';
import type { EffectFunction } from '../effect/function.ts';
import type { Api } from '../kit/api.ts';
import { output } from '../kit/outputs.ts';
import { type Common, Step } from '../kit/step.ts';
import type { EventStore } from '../store/event-store.ts';
import type { View } from '../view/view.ts';

type Props = Common & Readonly<{ views: readonly View[]; effects: readonly EffectFunction[]; store: EventStore; api: Api }>;

/** /ops/effects...: for operators, how the effects are, what became of one performance, and what to do about those without an answer. */
export class EffectOperations extends Construct {
  constructor(scope: Construct, id: string, { views, effects, store, api, ...common }: Props) {
    super(scope, id);
    const step = new Step(this, 'Ops', {
      ...common,
      step: 'ops-effects',
      description: 'Tells operators how the effects are, and takes their orders.',
    });
    letFindEffects(step, effects);
    for (const view of views) if (view.projection.name === performancesName) view.letQuery(step);
    store.letReadActives(step);
    store.letReadCircuits(step);
    store.letReadSecret(step, 'proofs');
    store.letRead(step);
    store.letReadSnapshots(step);
    step.mayReadMetrics();
    api.route('GET', '/ops/effects', step);
    api.route('GET', '/ops/effects/{performance}', step);
    for (const order of ['retry', 'answer']) api.route('POST', `/ops/effects/{performance}/${order}`, step);
    output(this, 'EffectOpsFunction', step.functionName);
  }
}
