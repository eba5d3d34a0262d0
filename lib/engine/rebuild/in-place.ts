import { ProblemError } from '../../core/problem.ts';
import { atOnce } from '../at-once.ts';
import type { Ordering } from './operator/requests.ts';
import { orderRebuild } from './operator/start.ts';
import type { Executions, Rebuild, Work } from './ports.ts';
import { beginVerify, endBuilding, judge, type Leading, plan } from './steps.ts';

/** The name under which the history records a revision that a deployment built. */
export const byDeployment = 'deployment';

type Revision = Pick<Rebuild, 'projection' | 'revision'>;

/** The ports that build a revision without the state machine. */
export type InPlace = Omit<Ordering, 'executions'> &
  Leading &
  Readonly<{
    /** Has one slice of work done by the revision's own function. */
    work: (of: Revision, order: Work) => Promise<Readonly<{ done: boolean }>>;
    /** When it is given up. */
    until: number;
  }>;

/** New rights take some seconds until they hold: what fails is tried again. */
const [tries, betweenTries] = [5, 3_000];

const worked = async (inPlace: InPlace, of: Revision, order: Work): Promise<void> => {
  const { clock, until, work, log } = inPlace;
  for (let failures = 0, done = false; !done; ) {
    if (clock.now() >= until) throw new Error('It took longer than a deployment may wait.');
    try {
      done = (await work(of, order)).done;
    } catch (cause) {
      if (++failures >= tries) throw cause;
      log.warn('A slice of work failed and is retried.', { ...order, cause: String(cause) });
      await clock.wait(betweenTries);
    }
  }
};

/** The steps of the state machine, one after the other. */
const play = async (inPlace: InPlace, id: string): Promise<void> => {
  const { fill, drain, verify, projection, revision, concurrency } = await plan(inPlace, id);
  const all = (orders: readonly Work[]) =>
    atOnce(concurrency, orders, (order) => worked(inPlace, { projection, revision }, order));
  await all(fill);
  await inPlace.clock.wait((await endBuilding(inPlace, id)).waitSeconds * 1_000);
  await all(drain);
  await beginVerify(inPlace, id);
  await all(verify);
  await judge(inPlace, id);
};

/**
 * Builds a revision from a history of few commits, by the same steps as any rebuild, with a record and a lock: it is safe beside live
 * delivery, and beside operators' rebuilds. Answers whether the revision answers now. If anything fails, the view is simply not built yet.
 */
export const buildInPlace = async (inPlace: InPlace, of: Revision): Promise<boolean> => {
  const { rebuilds, actives, log } = inPlace;
  const executions: Executions = {
    start: (id) => play(inPlace, id),
    stop: async () => {},
    // An earlier try of the deployment has ended without a result; any other rebuild has an execution, which is not looked at from here.
    status: async (id) => ((await rebuilds.load(id))?.by === byDeployment ? 'failed' : 'running'),
  };
  const settings = { segments: 1, concurrency: 1, compareOneOf: 1 };
  const why = 'It is new here, and there are few commits.';
  try {
    await orderRebuild({ ...inPlace, executions }, { ...of, by: byDeployment, why, settings });
  } catch (cause) {
    const reason = cause instanceof ProblemError ? cause.problem.detail : String(cause);
    log.warn('The deployment could not build a view: rebuild it.', { ...of, reason });
  }
  return (await actives.load(of.projection))?.revision === of.revision;
};
