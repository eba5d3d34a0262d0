import * as z from 'zod';
import type { AnyDecider } from './decider.ts';
import { recordDecider } from './personal/record.ts';
import { findable, type Sealed } from './personal/sealed.ts';
import { type Categories, decidersOf } from './process/decider.ts';
import { anyTagDecider, tagsIn } from './tag/stream.ts';
import { type EventOf, v1 } from './version.ts';

/** The category of reservation streams; their ids are keyed hashes of the values that they stand for. */
export const reservationCategory = 'unique';

const holder = z.object({ by: z.string() });

/** Stored formats of 2026-11: the holder of a unique value. */
const reservationEvents = { ValueClaimed: v1(holder), ValueReleased: v1(holder) };

type ReservationEvent = EventOf<typeof reservationEvents>;
export type Reservation = Readonly<{ by?: string }>;

/** The aggregate behind uniqueness. It takes no commands: its events come with those of the stream that claims or releases.
 * @example fold(reservation, reservation.initial, [{ type: 'ValueClaimed', data: { by: 'account-7f3a' } }]); // { by: 'account-7f3a' }
 */
export const reservation = {
  category: reservationCategory,
  events: reservationEvents,
  commands: {},
  initial: {} as Reservation,
  decide: {},
  evolve: {
    ValueClaimed: (_: Reservation, { by }: { by: string }): Reservation => ({ by }),
    ValueReleased: (): Reservation => ({}),
  } satisfies Record<ReservationEvent['type'], unknown>,
};

/** The deciders of every category that a store has streams of: the manifest's, and those in which the engine keeps unique values, tags and what was done to subjects.
 * Whatever goes through a whole table or an export takes its categories from here.
 * @example storedDecidersOf(manifest).find(({ category }) => category === 'unique'); // reservation
 */
export const storedDecidersOf = (manifest: Categories): readonly AnyDecider[] => [
  ...decidersOf(manifest),
  reservation as unknown as AnyDecider,
  anyTagDecider(tagsIn(manifest.aggregates)),
  recordDecider,
];

/** A value that a stream takes or gives back with a command. */
export type Claim = Readonly<{ name: string; value: string; kind: 'claim' | 'release' }>;

/** A unique value of a state: a text, or a personal value that is declared with `find: true`, which goes by its hash. */
export type UniqueValue = string | Sealed | undefined;

type Uniqueness = Readonly<Record<string, (state: never) => UniqueValue>>;

/** A unique value as the text that it is reserved by.
 * @example heldAs(state.email); // 'f3k9QwXyZab12'
 */
export const heldAs = (value: UniqueValue): string | undefined => (typeof value === 'object' ? findable(value) : value);

/**
 * The unique values that a command claims and releases.
 * @example claimsOf({ iban: (account) => account.iban }, before, after); // [{ name: 'iban', value: 'AT61...', kind: 'claim' }]
 */
export const claimsOf = (unique: Uniqueness, before: unknown, after: unknown): readonly Claim[] =>
  Object.entries(unique).flatMap(([name, valueIn]): Claim[] => {
    const [old, now] = [heldAs(valueIn(before as never)), heldAs(valueIn(after as never))];
    if (old === now) return [];
    return [
      ...(old === undefined ? [] : [{ name, value: old, kind: 'release' as const }]),
      ...(now === undefined ? [] : [{ name, value: now, kind: 'claim' as const }]),
    ];
  });
