import type { Item } from '../../../lib/aws/attributes.ts';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import { kindOf } from '../../../lib/engine/view/kinds/index.ts';
import type { TableShape } from './ledger.ts';

const inList = 'in.';

/** A view's table and its indexes, as lib/infra/view/view.ts makes them: an item is in an index whose key it has. */
export const viewShape = (projection: AnyProjection): TableShape => {
  const byOwner = kindOf(projection).headIsRow && projection.owner !== undefined;
  return {
    partition: 'key',
    sort: 'sort',
    indexes: (item: Item) =>
      Object.entries(item).flatMap(([name, { S: key }]) => {
        if (key === undefined) return [];
        if (name === 'owner' && byOwner) return [{ name: 'by-owner', key }];
        if (name === 'listed') return [{ name: 'shared-rows', key, onlyKeys: true as const }];
        return name.startsWith(inList) ? [{ name: `list-${name.slice(inList.length)}`, key }] : [];
      }),
  };
};

const none = () => [];

export const commitsShape: TableShape = { partition: 'stream', sort: 'commit', indexes: none };
export const snapshotsShape: TableShape = { partition: 'stream', sort: 'code', indexes: none };
export const controlShape: TableShape = {
  partition: 'id',
  indexes: ({ dueIn }) => (dueIn?.S === undefined ? [] : [{ name: 'due', key: dueIn.S }]),
};
