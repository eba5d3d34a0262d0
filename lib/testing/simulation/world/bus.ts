import type { Delivered } from '../../../engine/delivery/delivered.ts';
import { withProof } from '../../../engine/delivery/proof.ts';
import type { Bus, BusEntry } from '../../../engine/ports.ts';
import type { Dice } from '../dice.ts';
import { simulatedProofs } from './queue.ts';
import type { World } from './world.ts';

/** A rule of the bus: matching events go to its target. */
export type Rule = Readonly<{
  detailTypes: ReadonlySet<string>;
  types: ReadonlySet<string>;
  deliver: (body: string) => void;
}>;

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

const withMore = (value: unknown): unknown => {
  if (typeof value === 'number') return value + 1;
  if (Array.isArray(value)) return value.map(withMore);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withMore(inner)]));
};

/** A forged commit made from one that has passed: of another stream, or with other figures; its proof is the original one, or missing. */
const forgedOf = (delivered: Delivered, dice: Dice): object => {
  const { proof, ...said } = delivered as Delivered & { proof?: string };
  const { events = [] } = said as Readonly<{ events?: readonly Readonly<{ data: unknown }>[] }>;
  const forged = dice.chance(0.5)
    ? { ...said, stream: `${said.stream}0` }
    : { ...said, events: events.map((event) => ({ ...event, data: withMore(event.data) })) };
  return dice.chance(0.5) ? { ...forged, proof } : forged;
};

export type SimulatedBus = Bus & Readonly<{ outside: Set<string>; sent: () => number }>;

/** A bus that keeps no order, delivers late and twice, and refuses single entries of a call. */
export const simulatedBus = (world: World, rules: readonly Rule[]): SimulatedBus => {
  /** The ids of what other teams have received. */
  const outside = new Set<string>();
  const { time } = world;
  const dice = world.dice('bus');
  let sent = 0;
  const route = async ({ detailType, detail }: BusEntry): Promise<void> => {
    if (!detailType.endsWith('.commit')) {
      outside.add((JSON.parse(detail) as { id?: string }).id ?? '');
      return;
    }
    const interested = rules.filter(({ detailTypes }) => detailTypes.has(detailType));
    if (interested.length === 0) return;
    const delivered = JSON.parse(detail) as Delivered;
    const pointer = world.happens('pointer', dice) && (await withProof(simulatedProofs, JSON.stringify(pointerOf(delivered))));
    const forged = world.happens('forged', dice) ? JSON.stringify(forgedOf(delivered, dice)) : undefined;
    if (forged !== undefined) world.note('forger', () => `puts ${forged} on the bus`);
    for (const { types, deliver } of interested) {
      if (!delivered.types.some((type) => types.has(type))) continue;
      const times = world.happens('doubled', dice) ? 2 : 1;
      const bodies = [...Array.from({ length: times }, () => pointer || detail), ...(forged === undefined ? [] : [forged])];
      for (const body of bodies)
        time.after(dice.next() * (world.happens('late', dice) ? 2_000 : 50), () => deliver(`{"detail":${body}}`));
    }
  };
  return {
    outside,
    sent: () => sent,
    send: async (entries) => {
      if (entries.length === 0 || entries.length > 10) throw new Error('A call takes 1 to 10 entries.');
      const refused = entries.map(() => world.happens('refused', dice));
      for (const [index, entry] of entries.entries()) {
        if (refused[index]) continue;
        sent += 1;
        await route(entry);
      }
      return refused.flatMap((isRefused, index) => (isRefused ? [{ index, reason: 'InternalFailure' }] : []));
    },
  };
};
