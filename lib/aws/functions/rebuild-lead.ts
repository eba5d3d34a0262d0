import { Logger } from '@aws-lambda-powertools/logger';
import type { Manifest } from '../../core/manifest.ts';
import { type LeadOrder, lead } from '../../engine/rebuild/lead.ts';
import type { Leading } from '../../engine/rebuild/steps.ts';
import { phaseSeconds } from '../../engine/view/phase.ts';
import { dynamo } from '../client/dynamo.ts';
import { systemProofs } from '../delivery/proofs.ts';
import { sqs, viewQueue } from '../delivery/queue.ts';
import { deployedViews } from '../deployed-views.ts';
import { environment } from '../environment.ts';
import { rebuildRecords } from '../rebuild/records.ts';
import { systemClock } from '../system.ts';
import { activeRevisions, revisionPhases } from '../view/revisions.ts';

/** A margin for the difference between two functions' clocks. */
const spareSeconds = 2;

/**
 * The time after which every function knows a switch of phases. `functionSeconds` is the longest time of an invocation, as the deployment
 * sets it.
 */
export const liveAfterSeconds = (functionSeconds: string): number => Number(functionSeconds) + phaseSeconds + spareSeconds;

/** Leads a rebuild from one step to the next. */
export const rebuildLeadHandler = (manifest: Manifest) => {
  const [client, queues] = [dynamo(), sqs()];
  const control = environment('CONTROL_TABLE');
  const proofs = systemProofs(client, control);
  const log = new Logger({ serviceName: 'rebuild-lead' });
  const leading: Leading = {
    views: deployedViews(manifest).map((view) => ({ ...view, queue: viewQueue(queues, view, proofs) })),
    actives: activeRevisions(client, control),
    phases: revisionPhases(client, control),
    rebuilds: rebuildRecords(client, control),
    clock: systemClock,
    log,
    liveAfterSeconds: liveAfterSeconds(environment('LIVE_AFTER_SECONDS')),
  };
  return async (order: LeadOrder): Promise<object> => {
    const answer = await lead(leading, order);
    log.info('A step of a rebuild is done.', { step: order.step, rebuild: order.rebuild });
    return answer;
  };
};
