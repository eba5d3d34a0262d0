import { accountBalance } from '../../domains/account/projections/balance.ts';
import { accountStatement } from '../../domains/account/projections/statement.ts';
import { accountTotals } from '../../domains/account/projections/totals.ts';
import { type AccountEvent, accountSource } from '../../events/account.ts';
import { rowsPerStream } from '../../lib/core/declare/view.ts';
import { eventLog } from '../../lib/core/event-log.ts';
import type { AnyProjection } from '../../lib/core/projection.ts';
import { type Bar, figure, median, type Table } from './report.ts';

/** The statement with a row of its own for each entry, as a view has it whose rows change. */
const entries = rowsPerStream<Readonly<{ balance: number }>, Readonly<{ amount: number; balance: number }>, AccountEvent>()({
  name: 'account-entries',
  revision: 1,
  from: accountSource,
  may: ['operator'],
  initial: { balance: 0 },
  on: {
    AccountOpened: ({ balance }, { version }) => entered(version, 0, balance),
    MoneyDeposited: ({ balance }, { version, data }) => entered(version, data.amount, balance),
    MoneyWithdrawn: ({ balance }, { version, data }) => entered(version, -data.amount, balance),
  },
});

const entered = (version: number, amount: number, before: number) => {
  const balance = before + amount;
  return { memory: { balance }, rows: { [String(version).padStart(12, '0')]: { amount, balance } } };
};

/** A view of each kind. */
const kinds = [
  ['a row per stream', accountBalance],
  ['many rows per stream', entries],
  ['rows per commit', accountStatement],
  ['a row per commit', eventLog([accountSource], { may: ['operator'] })],
  ['shared rows of few streams', accountTotals],
  ['shared rows', { ...accountTotals, headsInRows: false }],
] as const;
const perSecond = 100_000;

/** The speed of one kind of view: commits per second. */
export type KindSpeed = Readonly<{ kind: string; view: string; speed: number }>;

/** Processor time of the measured code, with that of the collector and the compiler: on a busy machine the clock would count the others' work. */
export const processorSeconds = async (run: () => Promise<unknown>): Promise<number> => {
  const begun = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1e6;
};

/** The median of some rounds, for a view of each kind. */
export const speedsOfKinds = async (
  rounds: number,
  speedOf: (projection: AnyProjection) => Promise<number>,
): Promise<readonly KindSpeed[]> => {
  const measured: KindSpeed[] = [];
  for (const [kind, projection] of kinds) {
    const speeds: number[] = [];
    // The first round warms the compiler up, as the first seconds of a function's life do.
    for (let round = 0; round <= rounds; round++) speeds.push(await speedOf(projection as unknown as AnyProjection));
    measured.push({ kind, view: projection.name, speed: median(speeds.slice(1)) });
  }
  return measured;
};

export const speedTable = (title: string, speeds: readonly KindSpeed[]): Table => ({
  title,
  head: ['view', 'thousand commits/s'],
  rows: speeds.map(({ kind, view, speed }) => [`${kind} (\`${view}\`)`, Math.round(speed / 1_000).toLocaleString('en')]),
});

/** The promised speed of the first kind. */
export const speedBar = (what: string, speeds: readonly KindSpeed[]): Bar => {
  const { speed } = speeds[0]!;
  return {
    what: `${what}, one core: commits per second`,
    limit: `>= ${perSecond.toLocaleString('en')}`,
    measured: figure(speed),
    holds: speed >= perSecond,
  };
};
