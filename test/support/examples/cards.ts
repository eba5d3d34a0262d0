import * as z from 'zod';
import type { Commit } from '../../../lib/core/commit.ts';
import type { AnyProjection, RowPerStream, RowsPerStream } from '../../../lib/core/projection.ts';
import { type EventOf, v1 } from '../../../lib/core/version.ts';
import type { View } from '../../../lib/engine/ports.ts';
import { apply } from '../../../lib/engine/view/apply.ts';

const face = z.object({
  owner: z.string(),
  status: z.string(),
  rank: z.string(),
  colour: z.string(),
  until: z.string().optional(),
});
const events = { Dealt: v1(face), Discarded: v1(z.object({})), Shuffled: v1(z.object({})) };
type CardEvent = EventOf<typeof events>;
export type Face = z.infer<typeof face>;

const source = { category: 'card', events };
const lists = {
  'by-status': {
    by: (row: Face) => (row.status === 'none' ? undefined : row.status),
    sort: (row: Face) => row.rank,
    within: 'owner',
  },
  ranked: { sort: (row: Face) => row.rank },
  plain: { by: (row: Face) => row.colour },
} as const;

/** A card is a stream; its row has every kind of list, a filter, and may expire. */
export const cards: RowPerStream<Face, CardEvent> = {
  kind: 'row-per-stream',
  name: 'cards',
  revision: 1,
  from: source,
  may: ['owner', 'operator'],
  owner: (row) => row.owner,
  lists,
  filters: ['colour'],
  expires: (row) => row.until,
  on: { Dealt: (_, { data }) => data, Discarded: () => undefined },
};

/** A stack is a stream of cards: each deal is a row of its own under its rank, and a discard takes them all away. */
export const stacks: RowsPerStream<{ owner?: string; ranks: readonly string[] }, Face, CardEvent> = {
  kind: 'rows-per-stream',
  name: 'stacks',
  revision: 1,
  from: source,
  may: ['owner', 'operator'],
  initial: { ranks: [] },
  owner: (memory) => memory.owner,
  lists,
  filters: ['colour'],
  expires: (row) => row.until,
  on: {
    Dealt: ({ ranks }, { data }) => ({
      memory: { owner: data.owner, ranks: [...ranks, data.rank] },
      rows: { [data.rank]: data },
    }),
    Discarded: ({ ranks, ...memory }) => ({
      memory: { ...memory, ranks: [] },
      rows: Object.fromEntries(ranks.map((rank) => [rank, undefined])),
    }),
  },
};

export const faceOf = (over: Partial<Face> = {}): Face => ({ owner: 'ada', status: 'open', rank: '5', colour: 'red', ...over });

/** Deals a card, or discards it, as the commit that comes next in its stream; answers that commit. */
export const deal = async (view: View, projection: AnyProjection, id: string, dealt: Face | undefined): Promise<Commit> => {
  const head = await view.head(id);
  const number = (head?.commit ?? 0) + 1;
  const commit: Commit = {
    stream: `card-${id}`,
    commit: number,
    version: number,
    events: [dealt ? { type: 'Dealt', v: 1, data: dealt } : { type: 'Discarded', v: 1, data: {} }],
    command: `http/${number}`,
    at: '2026-11-21T12:00:00.000Z',
    meta: { actor: 'ada', correlation: 'c-1', causation: 'r-1' },
  };
  const change = apply(projection, head, [commit], commit.at);
  for (const row of change.rows) await view.putRow(row, head);
  await view.putHead(change.head, head);
  return commit;
};

/** The same view with indexes that hold keys only. */
export const keysOnly = <P extends Pick<AnyProjection, 'kind' | 'lists'>>(projection: P): P => ({
  ...projection,
  ...(projection.kind === 'row-per-stream' && { byOwner: { keysOnly: true } }),
  lists: Object.fromEntries(Object.entries(projection.lists ?? {}).map(([name, list]) => [name, { ...list, keysOnly: true }])),
});
