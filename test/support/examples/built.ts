import { expect } from 'vitest';
import { ProblemError } from '../../../lib/core/problem.ts';
import type { ViewItem } from '../../../lib/engine/ports.ts';
import { bagOf } from './bag.ts';
import { append, kinds, type Rebuilding, rebuild, rebuildingOf } from './rebuilding.ts';

export const [sums, entries, shelves] = kinds as [(typeof kinds)[0], (typeof kinds)[0], (typeof kinds)[0]];
export const who = { by: 'ada', why: 'a test' };
export const asked = { projection: 'sums', ...who };
export const refusal = async (doing: Promise<unknown>) => {
  const error = await doing.catch((cause: unknown) => cause);
  if (!(error instanceof ProblemError)) throw new Error(`It was not refused: ${String(error)}`);
  return [error.problem.status, error.problem.kind];
};

export const histories = [
  bagOf('a', [[1], [2], [3, 4]]),
  bagOf('b', [[5], ['Weighed'], ['Emptied'], [7], ['Weighed']]),
  bagOf('c', [[0], [1], [9, 8], [7], [6]]),
];
export const settings = { segments: 2, concurrency: 1, compareOneOf: 1 };

export const built = async (projection = sums, more: readonly (typeof histories)[0][] = []): Promise<Rebuilding> => {
  const rebuilding = rebuildingOf({ projection });
  await append(rebuilding, [...histories, ...more].flat());
  expect(await rebuild(rebuilding, settings)).toMatchObject({ state: 'switched' });
  return rebuilding;
};

/** A second revision of the same, deployed beside it. */
export const withNext = (rebuilding: Rebuilding): Rebuilding => {
  const projection = { ...rebuilding.projection, revision: 2 };
  const next = rebuildingOf({ projection });
  const views = [...rebuilding.ordering.views, { ...rebuilding.ordering.views[0]!, projection }];
  const { actives, phases, rebuilds, executions, store } = rebuilding;
  return {
    ...next,
    clock: rebuilding.clock,
    actives,
    phases,
    rebuilds,
    executions,
    store,
    leading: { ...next.leading, views, actives, phases, rebuilds },
    ordering: { ...rebuilding.ordering, views },
    working: {
      ...rebuilding.working,
      projection,
      view: next.view,
      viewScanner: next.working.viewScanner,
      dirty: next.working.dirty,
    },
  };
};

/** Puts something else into the head of the bag `a`, behind everybody's back. */
export const headOf =
  (over: Partial<ViewItem>) =>
  async ({ view }: Rebuilding) => {
    const head = (await view.head('a'))!;
    await view.putRow({ ...head, ...over }, head);
  };
