import { parseStream } from '../../../lib/index.ts';
import type { Invariant, Simulation, Tamper, Workload } from '../../../lib/testing/simulator.ts';
import { moving } from '../../support/examples/purses.ts';

const owner = { id: 'ada', kind: 'user', roles: [] } as const;
const purses = ['p0', 'p1', 'p2', 'p3'];

/** Few purses with little money, and movements that ask for more than there is, to purses that may not be there. */
const workload: Workload = (dice, n) => {
  const ask = (category: string, id: string, type: string, data: object) => ({ category, id, type, data, actor: owner });
  if (n < 3) return ask('purse', purses[n]!, 'Open', {});
  const purse = () => dice.pick(purses);
  const type = dice.pick(['Make', 'Make', 'Make', 'Make', 'Fill', 'Label']);
  if (type === 'Fill') return ask('purse', purse(), 'Fill', { amount: 1 + dice.below(30) });
  if (type === 'Label') return ask('purse', purse(), 'Label', { label: `l${dice.below(3)}` });
  const to = [...new Set([purse(), purse()])];
  return ask('move', `m${dice.below(12)}`, 'Make', { from: purse(), to, amount: 1 + dice.below(20) });
};

/** Of each movement, the money out of one purse and into the others is in commits that it lists; and no purse owes. */
const moneyIsMoved: Invariant = ({ streams }) => {
  const balances = new Map<string, number>();
  const moved = new Map<string, number>();
  for (const [stream, commits] of streams) {
    const category = parseStream(stream)?.category;
    for (const { commit, events, siblings = [] } of commits)
      for (const { type, data } of events) {
        const { amount = 0, to = [] } = data as { amount?: number; to?: readonly string[] };
        if (category === 'purse')
          balances.set(
            stream,
            (balances.get(stream) ?? 0) + (type === 'MoneyIn' ? amount : 0) - (type === 'MoneyOut' ? amount : 0),
          );
        if (type === 'Moved') {
          const there = siblings.filter((place) => streams.get(place.stream)?.some((each) => each.commit === place.commit));
          if (there.length !== 1 + to.length)
            return `${stream} ${commit} moved money with ${there.length} of ${1 + to.length} commits in purses`;
          moved.set('out', (moved.get('out') ?? 0) + amount * to.length);
        }
        if (type === 'MoneyOut') moved.set('taken', (moved.get('taken') ?? 0) + amount);
      }
  }
  for (const [stream, balance] of balances) if (balance < 0) return `${stream} owes ${-balance}`;
  return moved.get('out') === moved.get('taken')
    ? undefined
    : `${moved.get('taken')} was taken for movements of ${moved.get('out')}`;
};

/** Movements of money between purses, each all or nothing. */
export const movementsWith = (seed: number, tamper: Tamper = {}): Simulation => ({
  ...{ manifest: moving, seed, workload, invariants: [moneyIsMoved], tamper },
  crowd: { commands: 40, within: 900 },
});
