import type { Manifest } from '../../lib/core/manifest.ts';
import { diceFor } from '../../lib/testing/simulation/dice.ts';
import { type Send, shown } from './ask.ts';
import { asking } from './asking.ts';
import { faultsIn, repeats, type Subjects } from './check.ts';
import { routed } from './routed.ts';

export type Fuzzing = Readonly<{
  manifest: Manifest;
  send: Send;
  subjects: Subjects;
  seed: number;
  requests: number;
  /** Which routes are there to be asked. */
  isThere?: (route: string) => boolean;
  /** Of the ids, where others use the same deployment. */
  prefix?: string;
  /** True if a view may take longer than a reader waits. */
  late?: boolean;
  /** The number of requests at the same time. */
  atOnce?: number;
}>;

export type Counts = ReadonlyMap<string, Readonly<Record<string, number>>>;
export type Fuzzed = Readonly<{ counts: Counts; faults: readonly string[] }>;

const mostFaults = 20;

/** Sends made-up requests, and finds what is wrong with their answers. */
export const fuzz = async ({
  manifest,
  send,
  subjects,
  seed,
  requests,
  isThere = () => true,
  prefix = '',
  late = false,
  atOnce = 1,
}: Fuzzing): Promise<Fuzzed> => {
  const { next, learn } = asking(manifest, diceFor(seed, 'fuzz'), { isThere, prefix });
  const handedOn = routed(manifest);
  const repeatFaults = repeats();
  const counts = new Map<string, Record<string, number>>();
  const faults: string[] = [];
  let left = requests;
  const run = async () => {
    while (left > 0 && faults.length < mostFaults) {
      left -= 1;
      const made = next();
      const ask = handedOn(made) ?? made;
      const answered = await send(ask);
      learn(ask, answered);
      const { route } = ask;
      const row = counts.get(route) ?? {};
      counts.set(route, { ...row, [answered.status]: (row[answered.status] ?? 0) + 1 });
      const found = [...faultsIn(ask, answered, subjects, late), ...repeatFaults(ask, answered)];
      faults.push(...found.map((fault) => `${shown(ask)}\n  ${fault}`));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, run));
  return { counts, faults };
};

/** The answers by route and status, one line for each route. */
export const table = (counts: Counts): string => {
  const routes = [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const statuses = [...new Set(routes.flatMap(([, row]) => Object.keys(row)))].sort();
  const line = (name: string, cells: readonly unknown[]) =>
    name.padEnd(58) + cells.map((cell) => String(cell).padStart(7)).join('');
  const total = statuses.map((status) => routes.reduce((sum, [, row]) => sum + (row[status] ?? 0), 0));
  return [
    line('route', statuses),
    ...routes.map(([route, row]) =>
      line(
        route,
        statuses.map((status) => row[status] ?? '.'),
      ),
    ),
    line('all', total),
  ].join('\n');
};
