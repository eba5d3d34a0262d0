import { processName } from '../core/deployed-names.ts';
import { effectCategory } from '../core/effect/decider.ts';
import type { AnyEffect } from '../core/effect/effect.ts';
import type { Manifest } from '../core/manifest.ts';
import { effectsOf } from '../core/process/decider.ts';
import { environment } from './environment.ts';
import { queueBeside } from './queue-name.ts';

/** An effect as it is deployed. */
export type DeployedEffect = Readonly<{ effect: AnyEffect; queue: string; queueUrl: string }>;

/** The effects of the manifest with their queues, beside the queue at EFFECT_QUEUE_URL. */
export const deployedEffects = (manifest: Manifest): readonly DeployedEffect[] =>
  effectsOf(manifest).map((effect) => {
    const queue = processName(environment('STACK'), { category: effectCategory(effect.name) });
    return { effect, queue, queueUrl: queueBeside(environment('EFFECT_QUEUE_URL'), queue) };
  });
