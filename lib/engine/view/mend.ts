import { type AnyProjection, type AnySharedRows, streamKey } from '../../core/projection.ts';
import { untilWon } from '../again.ts';
import { atOnce } from '../at-once.ts';
import { pages } from '../pages.ts';
import type { RowPart, View, ViewReader } from '../ports.ts';
import { addingUp, partsFor, type Sum, sameSums, sumOfParts } from './parts.ts';
import { contributedByNow, listedAs } from './shares.ts';

/** A request of an audit in a view's queue: set this shared row to the sum of its contributions. */
export type MendOrder = Readonly<{ mend: Readonly<{ row: string; correlation: string }> }>;

const streamsPerPage = 1_000;
const headsAtOnce = 50;

type Sharing = Readonly<{
  projection: AnyProjection & AnySharedRows;
  view: Pick<View, 'head' | 'putPart'> & Pick<ViewReader, 'parts' | 'streamsIn'>;
}>;

/** The sum of what all streams have added to a row by now: each stream that is noted under it says so by its head. */
const sumOfShares = async ({ projection, view }: Sharing, row: string): Promise<Sum> => {
  const sum = addingUp();
  for await (const { streams } of pages((asked) => view.streamsIn(row, asked), { limit: streamsPerPage }))
    await atOnce(headsAtOnce, streams, async (stream) => {
      const head = await view.head(streamKey(projection, stream));
      const share = head?.stream === stream ? contributedByNow(projection, head).get(row) : undefined;
      if (share) sum.add(share);
    });
  return sum.sum();
};

/**
 * Compares a row with the sum of its shares. A row that was changed while the heads were read is not judged: a change of a head's share always comes
 * with one of a part.
 */
export const evenness = async (
  sharing: Sharing,
  row: string,
): Promise<Readonly<{ even: boolean; moved: boolean; there: readonly RowPart[]; wanted: Sum }>> => {
  const before = await sharing.view.parts(row);
  const wanted = await sumOfShares(sharing, row);
  const there = await sharing.view.parts(row);
  const states = [before, there].map((parts) => String(parts.map(({ shard, amounts }) => [shard, amounts.changes])));
  return { even: sameSums(sumOfParts(there), wanted), moved: states[0] !== states[1], there, wanted };
};

/** Sets a shared row to the sum of its shares. Live changes go on meanwhile: a row that moved is looked at again. */
export const mendRow = async (sharing: Sharing, row: string): Promise<void> => {
  const { projection, view } = sharing;
  await untilWon(`${row} is being changed by others at the same time.`, async () => {
    const { moved, there, wanted } = await evenness(sharing, row);
    if (moved) return 'again';
    const put = await Promise.all(
      partsFor(row, there, wanted).map((part) => view.putPart(part, listedAs(projection, row), part.amounts.changes)),
    );
    return put.every(Boolean) ? undefined : 'again';
  });
};
