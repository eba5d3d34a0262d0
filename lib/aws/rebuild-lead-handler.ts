import { Logger } from '@aws-lambda-powertools/logger';
import type { Manifest } from '../core/manifest.ts';
import { beginVerify, endBuilding, failRebuild, judge, type Leading, plan } from '../engine/rebuild/lead.ts';
import { phaseSeconds } from '../engine/rebuild/phase.ts';
import { deployedViews } from './deployed-views.ts';
import { dynamo } from './dynamo.ts';
import { environment } from './environment.ts';
import { sqs, sqsQueue } from './queue.ts';
import { rebuildRecords } from './rebuild-records.ts';
import { activeRevisions, revisionPhases } from './revisions.ts';
import { systemClock } from './system.ts';

/** A step of the state machine beside the workers'. */
export type LeadOrder = Readonly<{ step: 'plan' | 'live' | 'verify' | 'judge' | 'fail'; rebuild: string; cause?: unknown }>;

/** Clocks of two functions may lie a little apart. */
const spareSeconds = 2;

/** What a failed state says: its error's name and, somewhere in it, what the function threw. */
const reasonOf = (cause: unknown): string => {
  if (typeof cause !== 'object' || cause === null) return `A step failed: ${String(cause)}`;
  const { Error: name, Cause } = cause as { Error?: string; Cause?: string };
  return `A step failed: ${[name, Cause].filter((part) => part !== undefined).join(': ') || JSON.stringify(cause)}`;
};

const take = async (leading: Leading, { step, rebuild, cause }: LeadOrder): Promise<object> => {
  switch (step) {
    case 'plan':
      return plan(leading, rebuild);
    case 'live':
      return endBuilding(leading, rebuild);
    case 'verify':
      await beginVerify(leading, rebuild);
      return {};
    case 'judge':
      return judge(leading, rebuild);
    case 'fail':
      return failRebuild(leading, rebuild, reasonOf(cause));
  }
};

/** Leads a rebuild from one step to the next. */
export const rebuildLeadHandler = (manifest: Manifest) => {
  const [client, queues] = [dynamo(), sqs()];
  const control = environment('CONTROL_TABLE');
  const log = new Logger({ serviceName: 'rebuild-lead' });
  const leading: Leading = {
    views: deployedViews(manifest).map(({ queueUrl, ...view }) => ({ ...view, queue: sqsQueue(queues, queueUrl) })),
    actives: activeRevisions(client, control),
    phases: revisionPhases(client, control),
    rebuilds: rebuildRecords(client, control),
    clock: systemClock,
    log,
    liveAfterSeconds: Number(environment('LIVE_AFTER_SECONDS')) + phaseSeconds + spareSeconds,
  };
  return async (order: LeadOrder): Promise<object> => {
    const answer = await take(leading, order);
    log.info('A step of a rebuild is done.', { step: order.step, rebuild: order.rebuild });
    return answer;
  };
};
