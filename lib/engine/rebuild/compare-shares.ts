import { streamKey } from '../../core/projection.ts';
import { atOnce } from '../at-once.ts';
import type { ViewItem } from '../ports.ts';
import type { Of } from '../view/kinds/kind.ts';
import { evenness } from '../view/mend.ts';
import { type Projecting, rowsAtOnce } from '../view/projecting.ts';
import { contributed } from '../view/shares.ts';
import type { Difference } from './ports.ts';

type Sharing = Projecting<Of<'shared-rows'>>;

/** The rows of a stream that do not know of it, and those that are missing. */
export const shareDifferences = async ({ projection, view }: Sharing, head: ViewItem): Promise<readonly Difference[]> => {
  const { stream } = head;
  const rows = [...contributed(projection, head).keys()];
  const noted = await view.notedIn(stream, rows);
  const found = await atOnce(rowsAtOnce, rows, async (row): Promise<readonly Difference[]> => {
    if (!noted.has(row)) return [{ stream, row, what: 'share-differs', detail: 'the row does not know that it contributes' }];
    return (await view.parts(row)).length > 0
      ? []
      : [{ row, what: 'total-differs', detail: `${stream} adds to it, and it is missing` }];
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

/** True if a shared row is the sum of its contributions. */
export const rowDifference = async (sharing: Sharing, row: string): Promise<Difference | undefined> =>
  settled(sharing, async () => {
    const { even, moved } = await evenness(sharing, row);
    return {
      moved,
      ...(!even && { difference: { row, what: 'total-differs', detail: 'its total is not the sum of its shares' } }),
    };
  });

/** True if a row knows of a stream that contributes to it. */
export const shareDifference = async (sharing: Sharing, stream: string, row: string): Promise<Difference | undefined> => {
  const { projection, view } = sharing;
  return settled(sharing, async () => {
    const head = await view.head(streamKey(projection, stream));
    if (head?.begun) return { moved: true };
    if (!contributed(projection, head).has(row) || (await view.notedIn(stream, [row])).has(row)) return { moved: false };
    const difference: Difference = { stream, row, what: 'share-differs', detail: 'the row does not know that it contributes' };
    return { moved: false, difference };
  });
};
