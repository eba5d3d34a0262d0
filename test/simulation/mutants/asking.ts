import type { Commanding } from '../../../lib/engine/command/request.ts';
import { commandStore, type DeliveryMutant, engine } from './tampers.ts';

let fresh = 0;

/** What commands and queries rely on. */
export const askingMutants: Readonly<Record<string, DeliveryMutant>> = {
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
