import { announcerName } from '../../../lib/core/announcer.ts';
import type { Commit } from '../../../lib/core/commit.ts';
import type { Delivery } from '../../../lib/engine/delivery/delivered.ts';
import type { Store, View } from '../../../lib/engine/ports.ts';
import type { LeadOrder } from '../../../lib/engine/rebuild/lead.ts';
import { switchOf } from '../../../lib/engine/rebuild/operator/roll-back.ts';
import type { Rebuild, Rebuilds, Work } from '../../../lib/engine/rebuild/ports.ts';
import type { Working } from '../../../lib/engine/rebuild/slice.ts';
import type { Leading } from '../../../lib/engine/rebuild/steps.ts';
import type { DirtyNotes } from '../../../lib/engine/view/ports.ts';
import type { Projecting } from '../../../lib/engine/view/projecting.ts';
import type { Engine, Tamper } from '../../../lib/testing/simulator.ts';
import type { ProcessMutant } from '../processes.ts';
import type { DeliveryMutant } from './tampers.ts';

const alone = { alone: true } as const;
const engine = (change: (real: Engine) => Partial<Engine>): Tamper => ({ engine: (real) => ({ ...real, ...change(real) }) });
const working = (change: (working: Working) => Partial<Working>): Tamper => ({
  working: (real) => ({ ...real, ...change(real) }),
});
const leading = (change: (leading: Leading) => Partial<Leading>): Tamper => ({
  leading: (real) => ({ ...real, ...change(real) }),
});
const worker = (change: (real: Engine['work'], working: Working, order: Work) => ReturnType<Engine['work']>): Tamper =>
  engine(({ work }) => ({ work: (given, order) => change(work, given, order) }));
const leader = (change: (real: Engine['lead'], leading: Leading, order: LeadOrder) => ReturnType<Engine['lead']>): Tamper =>
  engine(({ lead }) => ({ lead: (given, order) => change(lead, given, order) }));

const nothingToSee: Pick<Working, 'scanner' | 'viewScanner'> = {
  scanner: { scan: async () => ({ commits: [], units: 1 }) },
  viewScanner: { scan: async () => ({ items: [], units: 1 }) },
};
const noNotes = (dirty: DirtyNotes): DirtyNotes => ({ ...dirty, list: async () => ({ notes: [] }) });

/** The first revision's cursors, of the run that is going on. */
let firstHead: View['head'] | undefined;

const unmarked = ({ imported: _, ...commit }: Commit): Commit => commit;
const forgetful = (store: Store): Store => ({
  ...store,
  find: async (...given) => {
    const found = await store.find(...given);
    return found && unmarked(found);
  },
  read: async (...given) => {
    const page = await store.read(...given);
    return { ...page, commits: page.commits.map(unmarked) };
  },
});
const unmarkedDelivery = ({ id, delivered }: Delivery): Delivery => ({
  id,
  delivered: 'pointer' in delivered ? delivered : { ...delivered, ...unmarked(delivered) },
});

/**
 * Mechanisms that a rebuild relies on, each removed alone: the simulator must notice every one. `alone`: without the sweep, which would
 * repair what this breaks.
 */
export const rebuildMutants: Readonly<Record<string, DeliveryMutant>> = {
  'a switch without verify, and notes that are not drained': worker((work, real, order) => {
    if (order.task === 'drain') return work({ ...real, dirty: noNotes(real.dirty) }, order);
    return work(order.task === 'verify' || order.task === 'rows' ? { ...real, ...nothingToSee } : real, order);
  }),
  'a switch without verify, and a fill that leaves a segment out': worker((work, real, order) =>
    work(order.number === 0 || order.task !== 'fill' ? { ...real, ...nothingToSee } : real, order),
  ),
  'a switch whatever verify found': leading(({ rebuilds }) => ({
    rebuilds: {
      ...rebuilds,
      parts: async (...given) => (await rebuilds.parts(...given)).map((part) => ({ ...part, differences: [], found: 0 })),
    },
  })),
  'what was noted is forgotten': worker((work, real, order) => work({ ...real, dirty: noNotes(real.dirty) }, order)),
  'nothing is noted while building': {
    ...alone,
    projecting: (real) => ({
      ...real,
      ...(real.building && { building: { ...real.building, dirty: { note: async () => {} } } }),
    }),
  },
  'the fill notes nothing': { ...alone, ...working(({ dirty }) => ({ dirty: { ...dirty, note: async () => {} } })) },
  'a worker trusts the order of the scan': working(({ dirty, view, projection }) => ({
    dirty: {
      ...dirty,
      note: async ({ stream, commit }) => {
        const key = Array.isArray(projection.from) ? stream : stream.slice(stream.indexOf('-') + 1);
        const head = await view.head(key);
        if (head) await view.putHead({ ...head, commit }, head);
        else await dirty.note({ stream, commit });
      },
    },
  })),
  'a drained stream is forgotten before it is filled': worker((work, real, order) =>
    order.task === 'drain'
      ? work({ ...real, store: { ...real.store, read: async () => ({ commits: [] }) } }, order)
      : work(real, order),
  ),
  'the drain begins at once': {
    ...alone,
    ...leader(async (lead, real, order) => ({ ...(await lead(real, order)), ...(order.step === 'live' && { waitSeconds: 0 }) })),
  },
  'a function believes for long that its revision is being built': {
    ...alone,
    projecting: (real) => {
      if (!real.building) return real;
      const { phase, dirty } = real.building;
      let first: ReturnType<typeof phase> | undefined;
      return {
        ...real,
        building: {
          dirty,
          phase: () => {
            first ??= phase();
            first.catch(() => {
              first = undefined;
            });
            return first;
          },
        },
      };
    },
  },
  'two revisions share a cursor': {
    engine: (real) => {
      firstHead = undefined;
      return real;
    },
    projecting: (real: Projecting) => {
      const { head } = real.view;
      if (!real.building) return real;
      if (real.projection.revision === 1) firstHead = head;
      return { ...real, view: { ...real.view, head: (key) => (firstHead ?? head)(key) } };
    },
  },
  'a switch to a revision that is still being built': leading(({ phases }) => ({
    phases: { ...phases, save: async () => {} },
  })),
  'a worker goes on with what was cancelled': working(({ rebuilds }) => {
    const known = new Map<string, Rebuild>();
    return {
      rebuilds: {
        ...rebuilds,
        load: async (id) => {
          const there = await rebuilds.load(id);
          if (there?.state === 'cancelled') return known.get(id) ?? there;
          if (there) known.set(id, there);
          return there;
        },
      },
    };
  }),
  'a reader is answered by the newest revision': engine(({ answeringRevision }) => ({
    answeringRevision: async (revisions, ...given) => {
      await answeringRevision(revisions, ...given);
      return revisions.deployed.at(-1)!;
    },
  })),
  'a walk goes on in whichever revision is active': engine(({ answeringRevision }) => ({
    answeringRevision: (revisions, view) => answeringRevision(revisions, view, undefined),
  })),
  "a move that was sent twice is taken for another's": leader((lead, real, order) => {
    if (order.step !== 'live') return lead(real, order);
    const loaded = real.rebuilds.load(order.rebuild);
    return lead({ ...real, rebuilds: { ...real.rebuilds, load: () => loaded } }, order);
  }),
  'a switch beside its record': leading(({ rebuilds, actives }) => ({
    rebuilds: {
      ...rebuilds,
      move: async (id, from, to, also) => {
        if (also) await actives.switch(also.next, also.from);
        return rebuilds.move(id, from, to);
      },
    },
  })),
  'a roll back that leaves no record': engine(({ rollBack }) => ({
    rollBack: (real, asked) => {
      const { actives, rebuilds } = real;
      const unsaid: Rebuilds['rollBack'] = (record) => {
        const { next, from } = switchOf(record);
        return actives.switch(next, from);
      };
      return rollBack({ ...real, rebuilds: { ...rebuilds, rollBack: unsaid } }, asked);
    },
  })),
  'a pause by a clock that was ahead is waited out': working(({ rebuilds }) => ({
    rebuilds: {
      ...rebuilds,
      savePart: (id, part) => rebuilds.savePart(id, part.pause === undefined ? part : { ...part, pause: 86_400_000 }),
    },
  })),
  'imported commits are published': {
    announcing: (real) => ({ ...real, store: forgetful(real.store) }),
    ...engine(({ projectBatch }) => ({
      projectBatch: (real, batch) =>
        projectBatch(real, real.projection.name === announcerName ? batch.map(unmarkedDelivery) : batch),
    })),
  },
};

/** For runs with processes into which a history is imported. */
export const importMutants: Readonly<Record<string, ProcessMutant>> = {
  'imported commits are delivered to processes': {
    reacting: (real) => ({ ...real, own: { ...real.own, store: forgetful(real.own.store) } }),
    ...engine(({ reactBatch }) => ({
      reactBatch: (real, batch) =>
        reactBatch(
          real,
          batch.map((one) => ('delivered' in one ? { ...one, ...unmarkedDelivery(one) } : one)),
        ),
    })),
  },
};
