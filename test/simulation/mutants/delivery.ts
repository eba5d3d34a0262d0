import { announcerName } from '../../../lib/core/announcer.ts';
import type { Commit } from '../../../lib/core/commit.ts';
import { revisionKey } from '../../../lib/core/deployed-names.ts';
import { streamKey } from '../../../lib/core/projection.ts';
import type { Formats } from '../../../lib/core/version.ts';
import type { Commanding } from '../../../lib/engine/command/request.ts';
import type { Delivery } from '../../../lib/engine/delivery/delivered.ts';
import type { QueueRecord } from '../../../lib/engine/delivery/received.ts';
import type { LookingAtNew } from '../../../lib/engine/operate/sweep/look.ts';
import type { BusEntry, Range, Store, ViewItem } from '../../../lib/engine/ports.ts';
import type { ViewGroup } from '../../../lib/engine/view/group/route.ts';
import type { KeptHeads } from '../../../lib/engine/view/kept-heads.ts';
import type { Projecting } from '../../../lib/engine/view/projecting.ts';
import type { MemoryView } from '../../../lib/testing/ports.ts';
import type { Engine, Simulation, Tamper } from '../../../lib/testing/simulator.ts';

type Step = Engine['projectBatch'];

const engine = (change: (real: Engine) => Partial<Engine>): Tamper => ({ engine: (real) => ({ ...real, ...change(real) }) });
const projecting = (change: (projecting: Projecting) => Partial<Projecting>): Tamper => ({
  projecting: (real) => ({ ...real, ...change(real) }),
});
const view = (change: (view: MemoryView) => Partial<MemoryView>): Tamper => ({ view: (real) => ({ ...real, ...change(real) }) });
const functionsView = (change: (view: Projecting['view']) => Partial<Projecting['view']>): Tamper =>
  projecting((real) => ({ view: { ...real.view, ...change(real.view) } }));
const functionsStore = (change: (store: Store) => Partial<Store>): Tamper =>
  projecting((real) => ({ store: { ...real.store, ...change(real.store) } }));
const commandStore = (change: (store: Store) => Partial<Store>): Tamper => ({
  commanding: (real) => ({ ...real, store: { ...real.store, ...change(real.store) } }),
});
/** The heads that an instance keeps, and its writes. */
const keptHeads = (change: (heads: KeptHeads, view: Projecting['view']) => Pick<Projecting, 'heads' | 'view'>): Tamper =>
  projecting((real) => (real.heads ? change(real.heads, real.view) : {}));
const batch = (change: (step: Step) => Step): Tamper => engine((real) => ({ projectBatch: change(real.projectBatch) }));

const nothing = (stream: string, commit: number): Commit => ({
  stream,
  commit,
  version: 0,
  events: [],
  command: '',
  at: '',
  meta: { actor: '', correlation: '', causation: '' },
});
/** The requested range, with an empty commit in the place of each missing one. */
const padded = (stream: string, { from, to }: Range, commits: readonly Commit[]): readonly Commit[] =>
  Array.from({ length: Math.max(0, (to ?? commits.at(-1)?.commit ?? 0) - from + 1) }, (_, i) => {
    return commits.find(({ commit }) => commit === from + i) ?? nothing(stream, from + i);
  });
const wholeRange = async (store: Store, stream: string, range: Range): Promise<readonly Commit[]> => {
  const { commits, next } = await store.read(stream, range);
  return next === undefined ? commits : [...commits, ...(await wholeRange(store, stream, { ...range, from: next }))];
};
const delivered = (deliveries: readonly Delivery[], change: (one: Delivery['delivered']) => Delivery['delivered']) =>
  deliveries.map(({ id, delivered }) => ({ id, delivered: change(delivered) }));
const lowest = (deliveries: readonly Delivery[], stream: string) =>
  Math.min(...deliveries.flatMap(({ delivered }) => (delivered.stream === stream ? [delivered.commit] : [])));
const readableToAll = (formats: Formats): Formats =>
  Object.fromEntries(Object.entries(formats).map(([type, format]) => [type, { ...format, readable: 99 }]));
const expecting =
  ({ head, putHead }: Projecting['view']): Projecting['view']['putHead'] =>
  async (item) =>
    putHead(item, await head(item.key));
/** A record that is no commit. */
const isOrder = ({ body }: QueueRecord) => !('detail' in JSON.parse(body));
let fresh = 0;
/** Nothing is found by the pass over the table. */
const noPass = engine((real) => ({ sweep: ({ targets: _, ...sweeping }) => real.sweep({ ...sweeping, targets: [] }) }));
/** Nothing is noted, so that nothing is looked at soon. */
const noJournal = engine(() => ({ note: async () => {} }));
const both = (one: Tamper, other: Tamper): Tamper => ({
  ...one,
  ...other,
  engine: (real) => (other.engine ?? ((given) => given))(one.engine?.(real) ?? real),
});
const noSweep = both(noPass, noJournal);
/** The journal alone has to find what the publisher, the bus and the queues lose. */
export const byJournal = { ...noPass, surelyNoted: true } satisfies Tamper;
const looking = (change: (given: LookingAtNew) => Partial<LookingAtNew>): DeliveryMutant =>
  both(
    byJournal,
    engine((real) => ({ lookAtNew: (given, records) => real.lookAtNew({ ...given, ...change(given) }, records) })),
  );
const isOneShard = ({ stream }: Readonly<{ stream: string }>) => stream.endsWith('1');

/** A mutant as the simulator takes it. */
export const simulated = ({ alone: isAlone, ...tamper }: DeliveryMutant): Pick<Simulation, 'tamper' | 'without'> =>
  isAlone
    ? { tamper: { ...tamper, engine: (real) => noSweep.engine!(tamper.engine?.(real) ?? real) }, without: ['missing'] }
    : { tamper };

/** `alone`: without the sweep, and so without lost records, since the sweep makes good what this breaks. */
export type DeliveryMutant = Tamper & Readonly<{ alone?: true }>;
const alone = { alone: true } as const;

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
  'no condition on the cursor of shared rows': view(({ head, putShares }) => ({
    putShares: async (moves, changes) =>
      putShares(await Promise.all(moves.map(async (move) => ({ ...move, before: await head(move.head.key) }))), changes),
  })),
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
              note(head.key, outcome === 'written' ? head : outcome === 'refused' ? undefined : outcome.moved.get(head.key));
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
  'the announcer moves its cursor before it sends': {
    announcing: (real) => {
      const held: BusEntry[] = [];
      return {
        ...real,
        bus: {
          send: async (entries) => {
            held.push(...entries);
            return [];
          },
        },
        view: {
          ...real.view,
          putHead: async (head, expected) => {
            const put = await real.view.putHead(head, expected);
            for (const entry of held.splice(0)) while ((await real.bus.send([entry])).length > 0);
            return put;
          },
        },
      };
    },
  },
  'the announcer ignores FailedEntryCount': {
    announcing: (real) => ({
      ...real,
      bus: {
        send: async (entries) => {
          await real.bus.send(entries);
          return [];
        },
      },
    }),
  },
  'the announcer skips what it was not delivered': {
    announcing: (real) => ({
      ...real,
      store: { ...real.store, read: async (stream, range) => ({ commits: padded(stream, { to: 1, ...range }, []) }) },
    }),
  },
  'the sweep does not look at public events': engine((real) => ({
    sweep: ({ targets, ...sweeping }, options) =>
      real.sweep({ ...sweeping, targets: targets.filter(({ name }) => name !== announcerName) }, options),
    lookAtNew: ({ targets, ...given }, records) =>
      real.lookAtNew({ ...given, targets: targets.filter(({ name }) => name !== announcerName) }, records),
  })),
  'the journal forgets a shard of the stream': both(
    byJournal,
    engine((real) => ({
      note: (noting, commits, again) =>
        real.note(
          noting,
          commits.filter((commit) => !isOneShard(commit)),
          again,
        ),
    })),
  ),
  'what had not arrived is not looked at again': looking(() => ({ journal: { send: async () => [] } })),
  'a note is gone before it was looked at': both(
    byJournal,
    engine((real) => ({
      lookAtNew: (given, records) =>
        real
          .lookAtNew(given, records)
          .catch(() => ({ commits: 0, cursors: 0, lagging: 0, sent: 0, left: 0, beyond: 0, failed: [] })),
    })),
  ),
  'a cursor is compared with the commit before': looking(({ targets }) => ({
    targets: targets.map((target) => ({
      ...target,
      head: async (stream) => {
        const head = await target.head(stream);
        return { ...head, commit: (head?.commit ?? 0) + 1 };
      },
    })),
  })),
  'the pass begins anew with each run': both(
    noJournal,
    engine((real) => ({
      sweep: ({ places, ...sweeping }, options) =>
        real.sweep(
          {
            ...sweeping,
            places: { ...places, save: ({ after: _, ...place }, run) => places.save({ ...place, segment: 0 }, run) },
          },
          options,
        ),
    })),
  ),
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
  'what the stream lost is not repaired': noSweep,
  'the sweep looks at the first page only': engine((real) => ({
    note: async () => {},
    sweep: ({ scanner, ...sweeping }, options) =>
      real.sweep(
        {
          ...sweeping,
          scanner: {
            scan: async (...given) => {
              const { next: _, ...page } = await scanner.scan(...given);
              return page;
            },
          },
        },
        options,
      ),
  })),
  'the id of a command is not checked': engine((real) => ({
    handleCommand: (commanding, request) => real.handleCommand(commanding, { ...request, id: `${request.id}~${fresh++}` }),
  })),
  'a refusal is answered from a stale cache': commandStore((store) => ({
    read: async (stream, range) =>
      range.from > 1 ? { commits: (await store.read(stream, range)).commits.slice(0, 1) } : store.read(stream, range),
  })),
  'an append that was refused counts as stored': commandStore(({ append }) => ({
    append: async (commit) => ({ ...(await append(commit)), stored: true }),
  })),
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
  'one ADD twice': functionsView(({ head, putShares }) => ({
    putShares: async (moves, changes) => {
      try {
        return await putShares(moves, changes);
      } catch {
        // The answer may be lost.
        return putShares(await Promise.all(moves.map(async (move) => ({ ...move, before: await head(move.head.key) }))), changes);
      }
    },
  })),
  'merged heads lost on a partial failure': functionsView(({ putShares }) => ({
    putShares: async (moves, changes) => {
      const put = await putShares(moves, changes);
      if (typeof put === 'object' && put.moved.size < moves.length)
        for (const move of moves.filter(({ head }) => !put.moved.has(head.key))) await putShares([move], []);
      return put;
    },
  })),
  'a merged transaction is added once for each of its heads': functionsView(({ putShares }) => ({
    putShares: async (moves, changes) => {
      const [first, ...others] = moves;
      const put = await putShares([first!], changes);
      if (put !== 'written') return put;
      for (const move of others) await putShares([move], changes);
      return 'written';
    },
  })),
  'a share is taken from the wrong head': functionsView(({ putShares }) => ({
    putShares: (moves, changes) => {
      const { memory } = moves.at(-1)!.head;
      return putShares(
        moves.map(({ head, before }) => ({ head: { ...head, memory }, before })),
        changes,
      );
    },
  })),
  'a share that a stream gave up stays': functionsView(({ putShares }) => ({
    putShares: (moves, changes) =>
      putShares(
        moves,
        changes.filter(({ add }) => Number(add.contributors ?? 0) >= 0),
      ),
  })),
  'an older row is put over a newer one': {
    ...view(({ putRow }) => ({ putRow: (item, before) => putRow({ ...item, commit: Number.MAX_SAFE_INTEGER }, before) })),
  },
  'a snapshot is taken of what is about to be stored': {
    commanding: (real: Commanding) => ({
      ...real,
      keys: { ...real.keys, hash: (text: string) => (text.startsWith('snapshot ') ? 'fits' : real.keys.hash(text)) },
      snapshots: {
        ...real.snapshots,
        save: (snapshot, impossible) =>
          real.snapshots.save({ ...snapshot, commit: snapshot.commit + 1, version: snapshot.version + 1 }, impossible),
      },
    }),
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
  'a reader is answered before the view has reached the token': {
    querying: (real) => ({
      ...real,
      reader: {
        ...real.reader,
        head: async (key) => {
          const head = await real.reader.head(key);
          return head && { ...head, commit: 99 };
        },
      },
    }),
  },
  'a list is answered from its index alone': engine((real) => ({
    queryList: async (querying, actor, { awaited, ...request }) => {
      for (const { stream } of awaited ?? []) await querying.reader.head(stream);
      await querying.clock.wait(300);
      return real.queryList(querying, actor, request);
    },
  })),
};

/** The most records of a batch that is not gathered. */
const few = 10;

/** What a batch of more records relies on: where commits are gathered, the simulator must notice. */
export const gatheringMutants: Readonly<Record<string, DeliveryMutant>> = {
  'a gathered batch is dropped behind its first records': {
    ...alone,
    ...engine((real) => ({
      routeToView: (consumer, records, steps) => real.routeToView(consumer, records.slice(0, few), steps),
    })),
  },
  'of a gathered batch only the first records are given back': {
    ...alone,
    ...engine((real) => ({
      routeToView: async (consumer, records, steps) => {
        const failed = await real.routeToView(consumer, records, steps);
        return failed.filter((id) => records.slice(0, few).some((record) => record.id === id));
      },
    })),
  },
};

/** A group of views whose steps are changed, each with all views of the group at hand. */
const grouped = (change: (step: Step, group: ViewGroup) => Step): Tamper =>
  engine((real) => ({
    routeToGroup: (group, records, steps = real) =>
      real.routeToGroup(group, records, { ...steps, projectBatch: change(steps.projectBatch, group) }),
  }));

/** What views that share a queue rely on: where they do, the simulator must notice. */
export const groupMutants: Readonly<Record<string, DeliveryMutant>> = {
  'a message is acknowledged although one view of the group failed': {
    ...alone,
    ...grouped((step, { views }) => async (view, deliveries) => {
      const failed = await step(view, deliveries);
      return view.projection === views[0]?.projection ? [] : failed;
    }),
  },
  'a view that is parked stops the others of its group': {
    ...alone,
    ...grouped((step, { views }) => async (view, deliveries) => {
      const isParked = async (stream: string) => {
        const heads = await Promise.all(views.map((each) => each.view.head(streamKey(each.projection, stream))));
        return heads.some((head) => head?.parked);
      };
      const parked = await Promise.all(deliveries.map(({ delivered }) => isParked(delivered.stream)));
      return step(
        view,
        deliveries.filter((_, i) => !parked[i]),
      );
    }),
  },
  'a record that came again counts as done by the view that failed': {
    ...alone,
    ...engine((real) => ({
      routeToGroup: (group, records, steps) => {
        const views = group.views.map(({ projection }) => revisionKey(projection));
        return real.routeToGroup({ ...group, done: { ...group.done, add: (id) => group.done.add(id, views) } }, records, steps);
      },
    })),
  },
  'an order goes to the first view of the group, whichever it names': {
    ...alone,
    ...engine((real) => ({
      routeToGroup: (group, records, steps = real) => {
        const [first] = group.views;
        const carryOutBatch: Engine['carryOutBatch'] = (_, orders) => steps.carryOutBatch(first!, orders);
        return real.routeToGroup(group, records, { ...steps, carryOutBatch });
      },
    })),
  },
};
