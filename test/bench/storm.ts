import { entriesOf, smallestEvent } from '../support/store/ledger.ts';
import { type Cost, meter } from '../support/store/meter.ts';
import { runStorm, storm } from '../support/store/storm.ts';
import { castore } from './castore.ts';
import { bar, type Place } from './measures.ts';
import { type Bar, figure, type Table } from './report.ts';

const gaveUp = (error: unknown): boolean => (error as { code?: string }).code === 'EventAlreadyExistsError';

/** Castore's commands as they are, with two retries of their own, from callers who send again until they are let through. */
const castoreStorm = async ({ observing, castoreTable }: Place, each: number) => {
  const { observe, take } = meter();
  const { record, versions } = castore(observing(observe), castoreTable);
  let conflicts = 0;
  const persist = async (): Promise<void> => {
    try {
      await record('storm', entriesOf(1, smallestEvent));
    } catch (error) {
      if (!gaveUp(error)) throw error;
      conflicts += 1;
      await persist();
    }
  };
  const writer = async () => {
    for (let i = 0; i < each; i++) await persist();
  };
  await Promise.all(Array.from({ length: storm.writers }, writer));
  const cost = take();
  const { length } = await versions('storm');
  if (length !== storm.writers * each) throw new Error(`Castore's storm left ${length} events.`);
  return { cost, conflicts };
};

const row = (name: string, successes: number, { requests, refusedWrites, readUnits }: Cost, conflicts: number) => [
  name,
  String(successes),
  ...[requests, refusedWrites, readUnits].map((sum) => figure(sum / successes)),
  String(conflicts),
];

/** Everybody on one stream. */
export const stormResults = async (place: Place, quick: boolean): Promise<Readonly<{ bars: Bar[]; table: Table }>> => {
  const { observe, take } = meter();
  const ours = await runStorm(place.observing(observe), place.tables, take);
  const each = quick ? 5 : storm.each;
  const theirs = await castoreStorm(place, each);
  return {
    bars: [
      {
        what: `Storm, ${ours.commands} commands: each exactly once, versions dense`,
        limit: 'all',
        measured: ours.exact ? 'all' : 'not all',
        holds: ours.exact,
      },
      bar('Storm: requests per success', ours.cost.requests / ours.commands, 6, 'requests'),
    ],
    table: {
      title: `Conflict storm: ${storm.writers} writers on one stream`,
      head: ['', 'successes', 'requests each', 'lost races each', 'read units each', 'conflicts left to callers'],
      rows: [
        row('Foldstream', ours.commands, ours.cost, ours.contended),
        row('Castore', each * storm.writers, theirs.cost, theirs.conflicts),
      ],
    },
  };
};
