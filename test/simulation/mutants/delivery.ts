import type { Formats } from '../../../lib/core/version.ts';
import type { ViewItem } from '../../../lib/engine/ports.ts';
import { askingMutants } from './asking.ts';
import { publicEventMutants } from './public-events.ts';
import { sharedRowMutants } from './shared-rows.ts';
import { sweepMutants } from './sweep.ts';
import {
  alone,
  batch,
  type DeliveryMutant,
  delivered,
  engine,
  expecting,
  functionsStore,
  functionsView,
  isOrder,
  keptHeads,
  lowest,
  nothing,
  padded,
  readableToAll,
  view,
  wholeRange,
} from './tampers.ts';

/** Mechanisms that the way from a command to a view relies on, each removed alone by one switch: the simulator must notice every one. */
export const deliveryMutants: Readonly<Record<string, DeliveryMutant>> = {
  'what is on the bus is believed, proved or not': engine((real) => ({
    routeToView: (consumer, ...given) => real.routeToView({ ...consumer, proofs: { holds: async () => true } }, ...given),
  })),
  'the commits of a batch that holds an order too are not routed to the projection': {
    ...alone,
    ...engine((real) => ({
      routeToView: (consumer, records, steps) =>
        real.routeToView(consumer, records.some(isOrder) ? records.filter(isOrder) : records, steps),
    })),
  },
  'no order is routed to what carries it out': engine((real) => ({
    routeToView: (consumer, records, steps) =>
      real.routeToView(
        consumer,
        records.filter((record) => !isOrder(record)),
        steps,
      ),
  })),
  'no gap is filled': batch(
    (step) => (real, deliveries) =>
      step(
        {
          ...real,
          store: {
            ...real.store,
            read: async (stream, range) => ({
              commits: range.to === undefined ? [nothing(stream, 1)] : padded(stream, range, []),
            }),
          },
        },
        deliveries,
      ),
  ),
  'a gap is filled by an eventually consistent read': functionsStore((store) => ({
    read: async (stream, range) => {
      const commits = await wholeRange(store, stream, range);
      return { commits: padded(stream, range, commits.length > 1 ? commits.slice(0, -1) : commits) };
    },
  })),
  'a missing number is skipped': functionsStore((store) => ({
    read: async (stream, range) => {
      const commits = await wholeRange(store, stream, range);
      return {
        commits: padded(
          stream,
          range,
          commits.filter(({ commit }) => commit % 3 !== 2),
        ),
      };
    },
  })),
  'no condition on the cursor': view((real) => ({ putHead: expecting(real) })),
  'a stale head is written': keptHeads(({ take, keep, takesForNew }, view) => {
    const given = new Set<ViewItem>();
    const now = async (before: ViewItem | undefined) => (before && given.has(before) ? view.head(before.key) : before);
    return {
      heads: {
        takesForNew,
        keep,
        take: (key) => {
          const head = take(key);
          if (head) given.add(head);
          return head;
        },
      },
      view: {
        ...view,
        putHead: async (head, before) => view.putHead(head, await now(before)),
        putShares: async (moves, changes) =>
          view.putShares(await Promise.all(moves.map(async (move) => ({ ...move, before: await now(move.before) }))), changes),
      },
    };
  }),
  'a kept parked head drops commits': {
    ...alone,
    ...keptHeads(({ take, keep, takesForNew }, view) => {
      const parked = new Map<string, ViewItem>();
      const note = (key: string, there: ViewItem | undefined) => {
        if (there?.parked) parked.set(key, there);
        else parked.delete(key);
      };
      return {
        heads: { keep, takesForNew, take: (key) => (parked.has(key) ? undefined : take(key)) },
        view: {
          ...view,
          head: async (key) => parked.get(key) ?? view.head(key),
          putHead: async (head, before) => {
            const outcome = await view.putHead(head, before);
            note(head.key, outcome === 'written' ? head : outcome.there);
            return outcome;
          },
          putShares: async (moves, changes) => {
            const outcome = await view.putShares(moves, changes);
            for (const { head } of moves)
              note(
                head.key,
                outcome === 'written' ? head : typeof outcome === 'object' ? outcome.moved.get(head.key) : undefined,
              );
            return outcome;
          },
        },
      };
    }),
  },
  'a memory is taken from the item before the last': functionsView(({ head, rowsOf }) => ({
    head: async (key) => {
      const there = await head(key);
      const { items } = await rowsOf(key, { limit: 2, direction: 'newest-first', consistent: true, tombstones: true });
      const [last, before] = items;
      const isCursor = last?.memory !== undefined && last.commit === there?.commit;
      return there && isCursor && before?.memory !== undefined ? { ...there, memory: before.memory } : there;
    },
  })),
  'the cursor is written before the rows': functionsView((real) => {
    const waiting: Parameters<typeof real.putRow>[] = [];
    return {
      putRow: async (...given) => waiting.push(given) > 0,
      putHead: async (item, expected) => {
        const rows = waiting.splice(0);
        const put = await real.putHead(item, expected);
        for (const row of rows) await real.putRow(...row);
        return put;
      },
    };
  }),
  'FailedEntryCount is ignored': {
    ...alone,
    publishing: (real) => ({
      ...real,
      bus: {
        send: async (entries) => {
          await real.bus.send(entries);
          return [];
        },
      },
    }),
  },
  'a publisher that swallows its errors': {
    ...alone,
    ...engine((real) => ({ publish: (...given) => real.publish(...given).catch(() => {}) })),
  },
  'errors of a batch are swallowed': {
    ...alone,
    ...batch((step) => async (...given) => {
      await step(...given);
      return [];
    }),
  },
  'only the first failure of a batch is told': {
    ...alone,
    ...batch(
      (step) =>
        async (...given) =>
          (await step(...given)).slice(0, 1),
    ),
  },
  'a tombstone has no cursor': view((real) => ({
    head: async (key) => {
      const head = await real.head(key);
      return head && !head.row && head.memory === undefined && !head.parked ? undefined : head;
    },
    putHead: async (item, expected) => {
      const there = await real.head(item.key);
      const isGone = there && !there.row && there.memory === undefined && !there.parked;
      return real.putHead(item, isGone ? there : expected);
    },
  })),
  'a parked mark is trusted from a cache': {
    ...alone,
    ...functionsView((real) => {
      const parked = new Map<string, ViewItem>();
      return {
        head: async (key) => {
          const head = parked.get(key) ?? (await real.head(key));
          if (head?.parked) parked.set(key, head);
          return head;
        },
      };
    }),
  },
  'a resume does not fill what came meanwhile': {
    ...alone,
    ...engine((real) => ({
      carryOutBatch: (context, orders) =>
        real.carryOutBatch({ ...context, store: { ...context.store, read: async () => ({ commits: [] }) } }, orders),
    })),
  },
  'what throws is skipped instead of parked': {
    projecting: (real) => ({
      ...real,
      projection: {
        ...real.projection,
        on: Object.fromEntries(
          Object.entries(real.projection.on).map(([type, on]) => [
            type,
            (before: never, event: never) => {
              try {
                return on?.(before, event);
              } catch {
                return before;
              }
            },
          ]),
        ),
      } as typeof real.projection,
    }),
  },
  'an older row is put over a newer one': {
    ...view(({ putRow }) => ({ putRow: (item, before) => putRow({ ...item, commit: Number.MAX_SAFE_INTEGER }, before) })),
  },
  'a pointer is taken for an empty commit': batch(
    (step) => (real, deliveries) =>
      step(
        real,
        delivered(deliveries, (one) => ('pointer' in one ? nothing(one.stream, one.commit) : one) as typeof one),
      ),
  ),
  'what was applied is applied again': batch((step) => (real, deliveries) => {
    const head = async (key: string) => {
      const there = await real.view.head(key);
      return there && { ...there, commit: Math.min(there.commit, lowest(deliveries, there.stream) - 1) };
    };
    return step({ ...real, view: { ...real.view, head, putHead: expecting(real.view) } }, deliveries);
  }),
  'what a newer release wrote parks a stream': {
    projecting: (real) => ({
      ...real,
      projection: {
        ...real.projection,
        from: { ...real.projection.from, events: readableToAll((real.projection.from as { events: Formats }).events) },
      } as typeof real.projection,
    }),
  },
  'a batch is applied in the order of its delivery': batch((step) => async (real, deliveries) => {
    const failed: string[] = [];
    for (const one of deliveries) {
      const head = await real.view.head(one.delivered.stream.split('-')[1] ?? '').catch(() => undefined);
      if (head && !('pointer' in one.delivered) && one.delivered.commit > head.commit)
        await real.view.putHead({ ...head, commit: one.delivered.commit - 1 }, head).catch(() => false);
      failed.push(...(await step(real, [one])));
    }
    return failed;
  }),
  ...askingMutants,
  ...sharedRowMutants,
  ...publicEventMutants,
  ...sweepMutants,
};
