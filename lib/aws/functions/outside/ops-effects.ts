import { Logger } from '@aws-lambda-powertools/logger';
import { effectDecider } from '../../../core/effect/decider.ts';
import { performancesName } from '../../../core/effect/performances-view.ts';
import type { Manifest } from '../../../core/manifest.ts';
import type { EffectOperating } from '../../../engine/operate/effects.ts';
import { answerEffects } from '../../../http/operate/effects.ts';
import { dynamo } from '../../client/dynamo.ts';
import { systemProofs } from '../../delivery/proofs.ts';
import { sqs, sqsQueue } from '../../delivery/queue.ts';
import { deployedEffects } from '../../deployed-effects.ts';
import { circuitItems } from '../../effect/circuits.ts';
import { environment } from '../../environment.ts';
import { cloudWatchAges } from '../../operate/ages.ts';
import { systemClock } from '../../system.ts';
import { httpFunction } from '../http-function.ts';
import { loadingFor } from '../loading.ts';
import { revisionsIn } from '../revisions.ts';

export const opsEffectsHandler = (manifest: Manifest) => {
  const [client, queues, control] = [dynamo(), sqs(), environment('CONTROL_TABLE')];
  const proofs = systemProofs(client, control);
  const log = new Logger({ serviceName: 'ops-effects' });
  const loading = loadingFor(client, log);
  const operating: EffectOperating = {
    effects: deployedEffects(manifest).map(({ effect, queue, queueUrl }) => ({
      effect,
      queueName: queue,
      queue: sqsQueue(queues, queueUrl, proofs),
      loading: loading(effectDecider(effect)),
    })),
    performances: revisionsIn(client, control)(manifest.projections.filter(({ name }) => name === performancesName)),
    circuits: circuitItems(client, control),
    // Without a publisher: only queues are measured.
    ages: cloudWatchAges('', systemClock),
    log,
  };
  return httpFunction({ manifest, logger: log }, (request) => answerEffects(operating, request));
};
