import type { BusEntry } from '../../../lib/engine/ports.ts';
import { type DeliveryMutant, padded } from './tampers.ts';

/** What the announcer relies on. */
export const publicEventMutants: Readonly<Record<string, DeliveryMutant>> = {
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
};
