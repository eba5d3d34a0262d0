import type { ViewItem } from '../../../lib/engine/ports.ts';
import { isPointer, movesInto, stays } from '../../../lib/engine/view/kinds/homes.ts';
import { headBefore } from '../../../lib/engine/view/kinds/kind.ts';
import { homeShard } from '../../../lib/engine/view/shares.ts';
import type { MemoryView } from '../../../lib/testing/ports.ts';
import { type DeliveryMutant, view } from './tampers.ts';

type Change = (table: MemoryView) => Partial<MemoryView>;

const outside = ({ home: _, ...head }: ViewItem): ViewItem => head;

/** What heads that are at home in rows rely on. */
export const homeChanges: Readonly<Record<string, Change>> = {
  'a head in a row is put whatever is there': ({ headIn, putShares }) => ({
    putShares: async (moves, changes) => {
      const now = moves.map(async ({ head, before }) => {
        const there = before?.home === undefined ? undefined : await headIn(before.home, head);
        return { head, before: before && there ? { ...before, writes: there.writes! } : before };
      });
      return putShares(await Promise.all(now), changes);
    },
  }),
  'a sum is added though the head in its row has moved': ({ putShares }) => ({
    putShares: async (moves, changes) => {
      const put = await putShares(moves, changes);
      if (typeof put === 'object' && moves.every(stays)) await putShares([], changes);
      return put;
    },
  }),
  'a head that moves out stays in its row as well': ({ head: read, headIn, putShares }) => ({
    putShares: async (moves, changes) => {
      const [move, more] = moves;
      const there = move && (await read(move.head.key));
      if (!move || more || there?.home === undefined || move.head.home !== undefined) return putShares(moves, changes);
      const { head, before } = move;
      if ((await headIn(there.home, head))?.writes !== before?.writes) return { moved: new Map([[head.key, undefined]]) };
      return putShares(
        [{ head: { ...head, ...(before?.writes && { writes: before.writes }) }, before: outside(there) }],
        changes,
      );
    },
  }),
  'a head moves in, and its own place does not say so': ({ head: read, putHead, putShares }) => ({
    putShares: async (moves, changes) => {
      const put = await putShares(moves, changes);
      for (const move of put === 'written' ? moves.filter((each) => movesInto(each) !== undefined) : []) {
        const { head, before } = move;
        const there = await read(head.key);
        if (isPointer(there)) await putHead(before ? outside(before) : headBefore(head, { memory: head.memory }), there);
      }
      return put;
    },
  }),
  'a head is lost where it moves out': ({ putShares }) => ({
    putShares: (moves, changes) =>
      putShares(
        moves.map(({ head, before }) => ({
          head: before?.home !== undefined && head.home === undefined ? outside(before) : head,
          before,
        })),
        changes,
      ),
  }),
  'a reader counts the heads in a row': ({ parts: read }) => ({
    parts: async (row) =>
      (await read(row)).map((part) =>
        part.shard === homeShard ? { ...part, amounts: { ...part.amounts, 'count/homes': 1 } } : part,
      ),
  }),
};

export const homeMutants: Readonly<Record<string, DeliveryMutant>> = Object.fromEntries(
  Object.entries(homeChanges).map(([name, change]) => [name, view(change)]),
);
