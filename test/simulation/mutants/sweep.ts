import { announcerName } from '../../../lib/core/announcer.ts';
import { both, byJournal, type DeliveryMutant, engine, isOneShard, looking, noJournal, noSweep } from './tampers.ts';

/** What the journal and the pass over the table rely on. */
export const sweepMutants: Readonly<Record<string, DeliveryMutant>> = {
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
};
