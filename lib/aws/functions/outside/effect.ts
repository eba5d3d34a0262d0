import { Logger } from '@aws-lambda-powertools/logger';
import type { AnyAdapter } from '../../../core/effect/adapter.ts';
import { effectCategory, effectDecider } from '../../../core/effect/decider.ts';
import { answersPersonal, opensPersonal } from '../../../core/effect/effect.ts';
import type { Manifest } from '../../../core/manifest.ts';
import { effectsOf } from '../../../core/process/decider.ts';
import type { Performing } from '../../../engine/effect/attend.ts';
import { routeToEffect } from '../../../engine/effect/route.ts';
import { dynamo } from '../../client/dynamo.ts';
import { systemProofs } from '../../delivery/proofs.ts';
import { sqs } from '../../delivery/queue.ts';
import { circuitItems } from '../../effect/circuits.ts';
import { delayedMessages } from '../../effect/later.ts';
import { paceItems } from '../../effect/pace.ts';
import { adapterProvider, type SecretNames } from '../../effect/provider.ts';
import { environment } from '../../environment.ts';
import { foldHash } from '../../fold-hashes.ts';
import type { deployedOpening, deployedSealing } from '../../personal/deployed.ts';
import { systemClock } from '../../system.ts';
import { teamSecrets } from '../../team-secrets.ts';
import { batchHandler, receiving } from '../batch-function.ts';
import { storePorts } from '../loading.ts';

/** What personal values are opened and sealed with: given to the effects that do, so that the bundles of others have nothing of it. */
type Personal = Readonly<{ deployedOpening: typeof deployedOpening; deployedSealing: typeof deployedSealing }>;

/** The function of one effect, made of its adapter. */
export const effectHandler = (manifest: Manifest, adapter: AnyAdapter, personal?: Personal) => {
  const name = environment('EFFECT');
  const effect = effectsOf(manifest).find((each) => each.name === name);
  if (!effect) throw new Error(`No process of the manifest has the effect ${name}.`);
  if (adapter?.effect?.name !== name)
    throw new Error(`adapters/${name} must have the adapter of ${name} as its default export: adapter(${name}, ...).`);
  const log = new Logger({ serviceName: `effect-${name}` });
  const [client, queues, control] = [dynamo(), sqs(), environment('CONTROL_TABLE')];
  const proofs = systemProofs(client, control);
  const names = JSON.parse(environment('SECRETS')) as SecretNames;
  const sealing = answersPersonal(effect) ? personal?.deployedSealing(client) : undefined;
  const opening = opensPersonal(effect) ? personal?.deployedOpening(client) : undefined;
  const performing: Performing = {
    effect,
    own: {
      ...storePorts(client, log),
      decider: effectDecider(effect),
      code: foldHash(effectCategory(name)),
      ...(sealing && { personal: sealing }),
    },
    provider: adapterProvider(adapter, teamSecrets(systemClock), names),
    circuits: circuitItems(client, control),
    pace: paceItems(client, control),
    later: delayedMessages({ client: queues, clock: systemClock, proofs }, environment('QUEUE_URL')),
    ...(opening && { opening }),
  };
  return batchHandler(receiving(log), (records) => routeToEffect({ performing, proofs }, records));
};
