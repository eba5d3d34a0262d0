import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { untilWon } from '../../engine/again.ts';
import { atOnce } from '../../engine/at-once.ts';
import { switchOf } from '../../engine/rebuild/operator/roll-back.ts';
import {
  isOver,
  type Part,
  type PartProgress,
  parts,
  type Rebuild,
  type RebuildRecord,
  type Rebuilds,
} from '../../engine/rebuild/ports.ts';
import { asRead, refusedBy } from '../condition.ts';
import { controlTable } from '../control-table.ts';
import { persistently } from '../transaction.ts';
import { switchItem } from '../view/revisions.ts';

const recordId = (id: string) => `rebuild/${id}`;
const lockId = (projection: string) => `rebuilding/${projection}`;
const partId = (id: string, part: Part, number: number) => `rebuild/${id}/${part}/${number}`;
/** The one item that lists rebuilds and roll backs: `newest` holds id and projection of each, and `changes` counts how often it was written. */
const listId = 'rebuilds';
const keptInList = 200;
const listOverwritten = 'The list of rebuilds';
const readsAtOnce = 25;

/** Repeats an optimistic write up to eight times. */
const winning = <T>(what: string, attempt: () => Promise<T | 'again'>): Promise<T> =>
  untilWon(`${what} is being changed by others all the time: try again.`, attempt, 8);

type Listed = Readonly<{ changes: number; newest: readonly Readonly<{ rebuild: string; projection: string }>[] }>;

type Writes = NonNullable<TransactWriteCommandInput['TransactItems']>;

type Records = ReturnType<typeof recordsIn>;

/** Reads and writes of records and of their list, of which the operations below are composed. */
const recordsIn = (client: DynamoDBClient, TableName: string) => {
  const persist = persistently();
  const { documents, get, put } = controlTable(client, TableName);
  const recorded = async (id: string): Promise<RebuildRecord | undefined> => {
    const record = await get<RebuildRecord>(recordId(id));
    return record && { ...record, id };
  };
  return {
    TableName,
    get,
    put,
    /** Sends a transaction, and returns its writes that were refused. */
    transact: (TransactItems: Writes) => refusedBy(persist(() => documents.send(new TransactWriteCommand({ TransactItems })))),
    recorded,
    load: async (id: string): Promise<Rebuild | undefined> => {
      const record = await recorded(id);
      return record?.kind === 'roll-back' ? undefined : record;
    },
    /** A new record and the list with it: the last writes of a transaction. */
    entering: async ({ id, projection, ...fields }: RebuildRecord): Promise<Writes> => {
      const list = await get<Listed>(listId);
      const newest = [{ rebuild: id, projection }, ...(list?.newest ?? [])].slice(0, keptInList);
      const changed = { id: listId, changes: (list?.changes ?? 0) + 1, newest };
      return [
        { Put: { TableName, Item: { projection, ...fields, id: recordId(id) }, ...asRead('id') } },
        { Put: { TableName, Item: changed, ...asRead('changes', list?.changes) } },
      ];
    },
  };
};

/** Records a roll back in the transaction that switches the active revision. */
const rollBackIn =
  ({ TableName, transact, entering, recorded }: Records): Rebuilds['rollBack'] =>
  (record) =>
    winning(listOverwritten, async () => {
      const refused = await transact([{ Put: { TableName, ...switchItem(switchOf(record)) } }, ...(await entering(record))]);
      if (refused.size === 0) return true;
      // Its own record means that an earlier try succeeded and its response was lost.
      return refused.has(0) || refused.has(1) ? (await recorded(record.id)) !== undefined : 'again';
    });

/** Takes the lock of a view and records the rebuild that holds it, in one transaction. */
const beginIn =
  ({ TableName, get, transact, entering }: Records): Rebuilds['begin'] =>
  (rebuild) =>
    winning(listOverwritten, async () => {
      const { id, projection } = rebuild;
      const lock = { Put: { TableName, Item: { id: lockId(projection), rebuild: id }, ...asRead('id') } };
      const refused = await transact([lock, ...(await entering(rebuild))]);
      // Its own record, or its own lock, means that an earlier try succeeded and its response was lost.
      if (refused.size === 0 || refused.has(1)) return undefined;
      const running = refused.has(0) && (await get<Readonly<{ rebuild: string }>>(lockId(projection)))?.rebuild;
      // Without a lock the other rebuild has just ended.
      return running === id ? undefined : running || 'again';
    });

/** The condition is that the rebuild still holds the lock of its view. */
const unlock = (TableName: string, { id, projection }: Rebuild) => ({
  Delete: { TableName, Key: { id: lockId(projection) }, ...asRead('rebuild', id) },
});

/** Moves a rebuild to another state; the transaction that ends it deletes the lock as well, and may switch the active revision. */
const moveIn =
  ({ TableName, put, transact, load }: Records): Rebuilds['move'] =>
  (id, from, to, also) =>
    winning(`The record of the rebuild ${id}`, async () => {
      const there = await load(id);
      if (!there || !from.includes(there.state)) return false;
      const moved = { Item: { ...there, ...to, id: recordId(id) }, ...asRead('state', there.state) };
      if (isOver(to)) {
        const switching = also ? [{ Put: { TableName, ...switchItem(also) } }] : [];
        const refused = await transact([{ Put: { TableName, ...moved } }, unlock(TableName, there), ...switching]);
        if (refused.size === 0) return true;
        // Another revision became active.
        if (refused.has(2) && !refused.has(0)) return false;
      } else if (await put(moved)) return true;
      return 'again';
    });

/**
 * Rebuilds in the control table. Stored format of 2026-11: `rebuild/<id>` with the fields of a Rebuild or a RollBack; `rebuilding/<projection>`,
 * the lock, with the id of the one that runs as `rebuild`; `rebuild/<id>/<part>/<number>` with the fields of a PartProgress; and `rebuilds`, the list.
 */
export const rebuildRecords = (client: DynamoDBClient, TableName: string): Rebuilds => {
  const table = recordsIn(client, TableName);
  const { get, put, load, recorded } = table;
  return {
    load,
    recorded,
    rollBack: rollBackIn(table),
    begin: beginIn(table),
    move: moveIn(table),
    list: async (projection) => {
      const newest = (await get<Listed>(listId))?.newest ?? [];
      const wanted = newest.filter((each) => projection === undefined || each.projection === projection);
      const found = await atOnce(readsAtOnce, wanted, ({ rebuild }) => recorded(rebuild));
      return found.filter((record) => record !== undefined);
    },
    savePart: async (id, progress) => {
      await put({ Item: { id: partId(id, progress.part, progress.number), ...progress } });
    },
    loadPart: (id, part, number) => get<PartProgress>(partId(id, part, number)),
    parts: async (id, of) => {
      const places = parts.flatMap((part) => Array.from({ length: of[part] ?? 0 }, (_, number) => partId(id, part, number)));
      const found = await atOnce(readsAtOnce, places, (place) => get<PartProgress>(place));
      return found.filter((progress) => progress !== undefined);
    },
  };
};
