import * as z from 'zod';
import { type AnyDecider, command } from '../../lib/core/decider.ts';
import { defineManifest } from '../../lib/core/manifest.ts';
import type { AnyProjection } from '../../lib/core/projection.ts';
import { v1 } from '../../lib/core/version.ts';

/** Takes whatever a caller says: free text, names of their own, any JSON, numbers. */
const said = z.strictObject({
  title: z.string(),
  slug: z.string(),
  colour: z.string(),
  rank: z.number(),
  more: z.record(z.string(), z.unknown()),
  anything: z.unknown(),
});
const written = said.extend({ owner: z.string() });
type Said = z.infer<typeof written>;
type Note = Readonly<{ owner?: string; slug?: string; hidden: boolean }>;
const nothing = z.strictObject({});
const left = z.strictObject({ text: z.string(), place: z.unknown() });

const note = {
  category: 'note',
  events: { Written: v1(written), Left: v1(left), Hidden: v1(nothing), Liked: v1(nothing) },
  commands: {
    Write: command(['owner'], said),
    Hide: command(['owner', 'operator'], nothing),
    Like: command(['user'], nothing),
    Leave: command(['anyone'], left),
    Settle: command(['process'], nothing),
  },
  initial: { hidden: false },
  owner: (state: Note) => state.owner,
  unique: { slug: ({ slug, hidden }: Note) => (hidden ? undefined : slug) },
  decide: {
    Write: (_: Note, data: Said, { actor }: { actor: { id: string } }) => [
      { type: 'Written', data: { ...data, owner: actor.id } },
    ],
    Hide: ({ hidden }: Note) => (hidden ? [] : [{ type: 'Hidden', data: {} }]),
    Like: ({ hidden }: Note) => (hidden ? { refused: 'hidden' } : [{ type: 'Liked', data: {} }]),
    Leave: (_: Note, data: z.infer<typeof left>) => [{ type: 'Left', data }],
    Settle: () => [],
  },
  evolve: {
    Written: (state: Note, { owner, slug }: Said) => ({ ...state, owner: state.owner ?? owner, slug, hidden: false }),
    Left: (state: Note) => state,
    Hidden: (state: Note) => ({ ...state, hidden: true }),
    Liked: (state: Note) => state,
  },
} as unknown as AnyDecider;

const listed = {
  lists: {
    mine: { by: (row: Said) => row.colour, sort: (row: Said) => row.title, within: 'owner' },
    ranked: { sort: (row: Said) => row.title || '-' },
    plain: { by: (row: Said) => row.colour },
  },
  filters: ['colour', 'rank'],
};

type Event<D = Said> = Readonly<{ data: D; version: number }>;
const notes = {
  kind: 'row-per-stream',
  name: 'notes',
  revision: 1,
  from: note,
  may: ['owner', 'operator'],
  owner: (row: Said) => row.owner,
  ...listed,
  expires: ({ title }: Said) => (title === 'a' ? '2026-11-21T12:00:03.000Z' : undefined),
  on: { Written: (_: unknown, { data }: Event) => data, Hidden: () => undefined },
};
const wall = {
  ...{ kind: 'rows-per-stream', name: 'wall', revision: 1, from: note, may: ['anyone'], initial: {} },
  lists: { ranked: { sort: ({ title }: Said) => title || '-' } },
  filters: ['colour'],
  freshSeconds: 1,
  on: {
    Written: (memory: object, { data: { title, colour }, version }: Event) => ({
      memory,
      rows: { [String(version)]: { title, colour } },
    }),
    Left: (memory: object, { data: { text }, version }: Event<{ text: string }>) => ({
      memory,
      rows: { [String(version)]: { title: text, colour: 'left' } },
    }),
  },
};
const tally = {
  ...{ kind: 'shared-rows', name: 'tally', revision: 1, from: note, may: ['user'], initial: { likes: 0 }, shards: 2 },
  on: { Liked: ({ likes }: { likes: number }) => ({ likes: likes + 1 }), Left: (memory: object) => memory },
  shares: ({ likes }: { likes: number }) => ({ all: { sums: { likes } }, [`some-${likes % 3}`]: { sums: { likes } } }),
};
const owned = {
  ...{ kind: 'shared-rows', name: 'owned', revision: 1, from: note, may: ['owner', 'operator'], initial: {} },
  owner: (row: string) => row,
  on: { Written: (memory: { owner?: string }, { data: { owner } }: Event) => ({ owner: memory.owner ?? owner }) },
  shares: ({ owner }: { owner?: string }) => (owner === undefined ? {} : { [owner]: { sums: { notes: 1 } } }),
};

/**
 * Features that the reference application lacks: commands for anyone and any user, free text and any JSON, unique values, every kind of
 * view, list and filter.
 */
export const notesManifest = defineManifest({
  aggregates: [note],
  projections: [notes, wall, tally, owned] as unknown as readonly AnyProjection[],
});
