import { streamKey } from '../../core/projection.ts';
import { atOnce } from '../at-once.ts';
import type { ViewItem } from '../ports.ts';
import { shardOf } from '../shard.ts';
import type { Of } from '../view/kinds/kind.ts';
import { unevenParts } from '../view/mend.ts';
import { type Projecting, rowsAtOnce } from '../view/projecting.ts';
import { contributed, sameShares } from '../view/shares.ts';
import type { Difference } from './ports.ts';

type Sharing = Projecting<Of<'shared-rows'>>;

/** The stored shares of a stream that are not what a head says, and the parts of rows that are missing. */
export const shareDifferences = async ({ projection, view }: Sharing, head: ViewItem): Promise<readonly Difference[]> => {
  const { stream } = head;
  const wanted = contributed(projection, head);
  const stored = await view.shares(stream, [...wanted.keys()]);
  const found = await atOnce(rowsAtOnce, wanted, async ([row, share]): Promise<readonly Difference[]> => {
    if (!sameShares(stored.get(row), share))
      return [{ stream, row, what: 'share-differs', detail: 'what it contributes is not what its history comes to' }];
    return (await view.part(row, shardOf(stream, projection.shards)))
      ? []
      : [{ row, what: 'total-differs', detail: `the part that ${stream} adds to is missing` }];
  });
  return found.flat();
};

const looks = 5;
const betweenLooks = 200;

type Found = Readonly<{ difference?: Difference; moved: boolean }>;

/** Compares until it finds the same twice: one read may fall between two writes. */
const settled = async ({ clock }: Pick<Sharing, 'clock'>, look: () => Promise<Found>): Promise<Difference | undefined> => {
  let before: Difference | undefined;
  for (let i = 0; i < looks; i++) {
    if (i > 0) await clock.wait(betweenLooks);
    const { difference, moved } = await look();
    if (!difference && !moved) return undefined;
    if (!moved && difference && before) return difference;
    before = moved ? undefined : difference;
  }
  // Written to all the time: the next audit may find it at rest.
  return undefined;
};

/** True if the parts of a shared row are the sum of its contributions. */
export const rowDifference = async (sharing: Sharing, row: string): Promise<Difference | undefined> => {
  const { projection, view } = sharing;
  return settled(sharing, async () => {
    const { uneven, moved } = await unevenParts({ projection, view }, row);
    const detail = `its total is not the sum of its shares, in ${uneven.length === 1 ? 'one part' : `${uneven.length} parts`}`;
    return { moved, ...(uneven.length > 0 && { difference: { row, what: 'total-differs', detail } }) };
  });
};

/** True if a stream should have the contribution to a row that it has. */
export const shareDifference = async (sharing: Sharing, stream: string, row: string): Promise<Difference | undefined> => {
  const { projection, view } = sharing;
  return settled(sharing, async () => {
    const head = await view.head(streamKey(projection, stream));
    if (head?.begun) return { moved: true };
    const stored = (await view.shares(stream, [row])).get(row);
    if (sameShares(stored, contributed(projection, head).get(row))) return { moved: false };
    const now = await view.head(streamKey(projection, stream));
    const difference: Difference = { stream, row, what: 'share-differs', detail: 'its share is not what its head says' };
    return { moved: now?.writes !== head?.writes || now?.begun !== undefined, difference };
  });
};
