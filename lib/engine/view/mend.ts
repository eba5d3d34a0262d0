import type { AnyProjection, AnySharedRows } from '../../core/projection.ts';
import { untilWon } from '../again.ts';
import { pages } from '../pages.ts';
import type { RowPart, ViewReader } from '../ports.ts';
import type { Projecting } from './projecting.ts';
import { addingUp, listedAs, sameParts } from './shares.ts';

/** A request of an audit in a view's queue: set this shared row to the sum of its contributions. */
export type MendOrder = Readonly<{ mend: Readonly<{ row: string; correlation: string }> }>;

const sharesPerPage = 1_000;

export type UnevenPart = Readonly<{ shard: number; there?: RowPart; wanted?: RowPart }>;

/**
 * The parts of a row that are not the sum of its shares. A part that was changed while its shares were read is not judged: a change of a share
 * always comes with one of its part.
 */
export const unevenParts = async (
  { projection, view }: Readonly<{ projection: AnyProjection & AnySharedRows; view: Pick<ViewReader, 'parts' | 'sharesIn'> }>,
  row: string,
): Promise<Readonly<{ uneven: readonly UnevenPart[]; moved: boolean }>> => {
  const before = await view.parts(row);
  const sum = addingUp(row, projection.shards);
  for await (const { items } of pages((asked) => view.sharesIn(row, asked), { limit: sharesPerPage }))
    for (const { stream, share } of items) if (share) sum.add(stream, share);
  const there = new Map((await view.parts(row)).map((part) => [part.shard, part]));
  const wanted = sum.parts();
  const shards = [...new Set([...before.map(({ shard }) => shard), ...there.keys(), ...wanted.keys()])];
  const moved = shards.filter(
    (shard) => before.find((part) => part.shard === shard)?.amounts.changes !== there.get(shard)?.amounts.changes,
  );
  const uneven = shards
    .filter((shard) => !moved.includes(shard) && !sameParts(there.get(shard), wanted.get(shard)))
    .map((shard) => ({ shard, there: there.get(shard), wanted: wanted.get(shard) }));
  return { uneven, moved: moved.length > 0 };
};

/** Puts the parts of a shared row that are not the sum of its shares as they must be. Live changes go on meanwhile: a part that moved is looked at again. */
export const mendRow = async (
  { projection, view }: Pick<Projecting<AnyProjection & AnySharedRows>, 'projection' | 'view'>,
  row: string,
): Promise<void> => {
  await untilWon(`${row} is being changed by others at the same time.`, async () => {
    const { uneven, moved } = await unevenParts({ projection, view }, row);
    const put = await Promise.all(
      uneven.map(({ shard, there, wanted = { row, shard, amounts: {}, highest: {} } }) =>
        view.putPart(wanted, listedAs(projection, row), there?.amounts.changes),
      ),
    );
    return !moved && put.every(Boolean) ? undefined : 'again';
  });
};
