import type { Bus, BusEntry } from '../../engine/ports.ts';
import type { Delivered } from '../../engine/publish.ts';
import type { World } from './world.ts';

/** A rule of the bus: what it matches goes to its target. */
export type Rule = Readonly<{ detailTypes: ReadonlySet<string>; types: ReadonlySet<string>; deliver: (body: string) => void }>;

/** As a commit travels that is too large for an entry. */
const pointerOf = ({ stream, commit, version, at, types, meta: { correlation } }: Delivered): Delivered => ({
  stream,
  commit,
  version,
  at,
  types,
  meta: { correlation },
  pointer: true,
});

export type SimulatedBus = Bus & Readonly<{ outside: ReadonlySet<string>; sent: () => number }>;

/** A bus that keeps no order, delivers late and twice, and refuses single entries of a call. */
export const simulatedBus = (world: World, rules: readonly Rule[]): SimulatedBus => {
  /** The ids of what other teams have received. */
  const outside = new Set<string>();
  const { time } = world;
  const dice = world.dice('bus');
  let sent = 0;
  const route = ({ detailType, detail }: BusEntry) => {
    if (!detailType.endsWith('.commit')) {
      outside.add((JSON.parse(detail) as { id?: string }).id ?? '');
      return;
    }
    const interested = rules.filter(({ detailTypes }) => detailTypes.has(detailType));
    if (interested.length === 0) return;
    const delivered = JSON.parse(detail) as Delivered;
    const body = `{"detail":${world.happens('pointer', dice) ? JSON.stringify(pointerOf(delivered)) : detail}}`;
    for (const { types, deliver } of interested) {
      if (!delivered.types.some((type) => types.has(type))) continue;
      const times = world.happens('doubled', dice) ? 2 : 1;
      for (let i = 0; i < times; i++) time.after(dice.next() * (world.happens('late', dice) ? 2_000 : 50), () => deliver(body));
    }
  };
  return {
    outside,
    sent: () => sent,
    send: async (entries) => {
      if (entries.length === 0 || entries.length > 10) throw new Error('A call takes 1 to 10 entries.');
      return entries.flatMap((entry, index) => {
        if (world.happens('refused', dice)) return [{ index, reason: 'InternalFailure' }];
        sent += 1;
        route(entry);
        return [];
      });
    },
  };
};
