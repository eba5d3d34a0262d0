import { deadlinePartitions, deadlineTable } from '../../aws/process/deadlines.ts';
import { sourceCursors } from '../../aws/process/source-cursors.ts';
import { storedSize } from '../../aws/store/commit-item.ts';
import { commitStore } from '../../aws/store/commit-store.ts';
import { snapshotStore } from '../../aws/store/snapshot-store.ts';
import { viewTable } from '../../aws/view/table.ts';
import { announcersOf } from '../../core/announcer.ts';
import type { Commit } from '../../core/commit.ts';
import type { Manifest } from '../../core/manifest.ts';
import type { AnyProjection, List } from '../../core/projection.ts';
import type { CommitForm } from '../../core/settings/fields.ts';
import { readUnits } from '../../engine/store/size.ts';
import { kindOf } from '../../engine/view/kinds/index.ts';
import type { PartTables } from '../../testing/costing/parts.ts';
import type { Tally } from '../../testing/costing/tally.ts';
import { memoryCursors, memoryDeadlines, memorySnapshots, memoryStore, memoryView } from '../../testing/ports.ts';
import { type IndexShape, ledger, noted, type TableShape } from './ledger.ts';

const sharedRows = 'shared-rows';

/** What a list's index holds beside the keys of its rows. */
const held = ({ keysOnly }: Pick<List<never>, 'keysOnly'>): 'all' | 'keys' => (keysOnly ? 'keys' : 'all');

/** A view's table, as `lib/infra/view/view.ts` makes it. */
export const viewShape = (projection: AnyProjection): TableShape => {
  const { lists = {}, owner } = projection;
  const byOwner: IndexShape = { name: 'by-owner', partition: 'owner', sort: 'key', holds: held(projection.byOwner ?? {}) };
  return {
    partition: 'key',
    sort: 'sort',
    indexes: [
      ...(kindOf(projection).headIsRow && owner !== undefined ? [byOwner] : []),
      // Only parts of shared rows have its key: in a table without any it costs nothing, deployed or not.
      { name: sharedRows, partition: 'listed', sort: 'key', holds: 'keys' },
      { name: 'parked', partition: 'parkedSince', holds: ['stream', 'commit', 'parked'] },
      ...Object.entries(lists).map(
        ([list, declared]): IndexShape => ({
          name: `list-${list}`,
          partition: `in.${list}`,
          sort: `at.${list}`,
          holds: held(declared),
        }),
      ),
    ],
  };
};

/** The name of a view's table in the ledger. */
export const tableOf = ({ name, revision }: Pick<AnyProjection, 'name' | 'revision'>): string => `${name}.r${revision}`;

export const deadlinesShape: TableShape = { partition: 'partition', sort: 'place', spread: deadlinePartitions, indexes: [] };

export const controlShape: TableShape = {
  partition: 'id',
  // Of deadlines that earlier releases put there.
  indexes: [{ name: 'due', partition: 'dueIn', sort: 'due', holds: 'all' }],
};

/** The tables of a manifest's deployment, by names without a deployment. */
export const shapesOf = (manifest: Manifest): ReadonlyMap<string, TableShape> =>
  new Map<string, TableShape>([
    ['commits', { partition: 'stream', sort: 'commit', indexes: [] }],
    ['snapshots', { partition: 'stream', sort: 'code', indexes: [] }],
    ['control', controlShape],
    ['deadlines', deadlinesShape],
    ...[...manifest.projections, ...announcersOf(manifest)].map((each) => [tableOf(each), viewShape(each)] as const),
  ]);

/** All tables of a manifest's deployment, in memory, as each part reaches them; requests and read units go to the tally, writes are in the ledger. */
export const notedTables = (manifest: Manifest, tally: Tally, form: CommitForm) => {
  const { client, documents, written } = ledger(shapesOf(manifest));
  const [store, snapshots, deadlines] = [memoryStore(), memorySnapshots(), memoryDeadlines()];
  const tablesOf = (part: string): PartTables => {
    const own = client(part);
    const counting =
      (share = 1) =>
      (bytes: number | undefined) =>
        tally.add(part, { requests: 1, ...(bytes !== undefined && { readUnits: readUnits(bytes) * share }) });
    return {
      store: noted(store, commitStore(own, 'commits', { form }), counting(), (commit: Commit) => storedSize(commit, form)),
      snapshots: noted(snapshots, snapshotStore(own, 'snapshots'), counting(0.5)),
      view: (projection) => noted(memoryView(), viewTable(own, tableOf(projection)), counting()),
      cursors: (process) => noted(memoryCursors(), sourceCursors(documents(part), 'control', process), counting()),
      deadlines: noted(deadlines, deadlineTable(own, 'deadlines'), counting()),
    };
  };
  return { tablesOf, written };
};
