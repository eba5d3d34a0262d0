import { manifest } from '../../../domains/index.ts';
import type { Actor } from '../../../lib/core/access.ts';
import { addCounts, type Count } from '../../../lib/engine/cost/prices.ts';
import { inProcess } from '../../../lib/testing/costing/in-process.ts';
import type { PartTables, Sent } from '../../../lib/testing/costing/parts.ts';
import type { Tally } from '../../../lib/testing/costing/tally.ts';

/** The commands of the reference application whose whole way is counted. */
export const flows = ['deposit', 'withdrawal', 'transfer'] as const;
export type Flow = (typeof flows)[number];

/** As many commands at once as a full batch has, each on accounts of its own. */
const fullBatch = 10;

const currency = 'EUR';
const me = (n: number): Actor => ({
  id: `6d1f5c1e-3b7a-4f6e-9d2c-0000000${String(n).padStart(5, '0')}`,
  kind: 'user',
  roles: [],
});
const account = (n: number) => `0b9e7f3a-52c4-4c1d-8a6f-1111111${String(n).padStart(5, '0')}`;

const on = (n: number, type: string, data: object): Sent => ({ stream: `account-${account(n)}`, type, data, actor: me(n) });

const commandOf: Readonly<Record<Flow, (n: number) => Sent>> = {
  deposit: (n) => on(n, 'Deposit', { amount: 1_000, currency }),
  withdrawal: (n) => on(n, 'Withdraw', { amount: 500, currency }),
  transfer: (n) => ({
    stream: `transfer-7a2d9c4b-8e11-4b0a-b5d3-2222222${String(n).padStart(5, '0')}`,
    type: 'Request',
    data: { from: account(n), to: account(n + fullBatch), amount: 700, currency },
    actor: me(n),
  }),
};

/**
 * What each part uses for one command of a kind, end to end: accounts that exist and have been used, warm functions, everything that follows until nothing
 * is on its way. `written` answers the write units since it was last asked, by part.
 */
export const costOfFlow = async (
  flow: Flow,
  {
    tablesOf,
    tally,
    written = () => new Map(),
    batch,
    atOnce = fullBatch,
  }: Readonly<{
    tablesOf: (part: string) => PartTables;
    tally: Tally;
    written?: () => ReadonlyMap<string, number>;
    batch: number;
    atOnce?: number;
  }>,
): Promise<ReadonlyMap<string, Count>> => {
  const { send, settle } = inProcess(manifest, { tablesOf, tally, batch });
  const numbers = Array.from({ length: flow === 'transfer' ? fullBatch + atOnce : atOnce }, (_, n) => n);
  const all = async (commands: readonly Sent[]) => {
    const answers = await send(commands);
    const refused = answers.find(({ outcome }) => outcome !== 'committed');
    if (refused) throw new Error(`A ${flow} was answered ${JSON.stringify(refused)}.`);
    await settle();
  };
  await all(numbers.map((n) => on(n, 'Open', { currency })));
  await all(numbers.map((n) => on(n, 'Deposit', { amount: 100_000, currency })));
  tally.take();
  written();
  await all(numbers.slice(0, atOnce).map(commandOf[flow]));
  const counted = new Map(tally.take());
  for (const [part, writeUnits] of written()) counted.set(part, addCounts(counted.get(part) ?? {}, { writeUnits }));
  return new Map(
    [...counted].map(([part, count]) => [
      part,
      Object.fromEntries(Object.entries(count).map(([name, amount]) => [name, amount / atOnce])),
    ]),
  );
};
