import { plus } from '../../../core/amount.ts';
import { streamKey } from '../../../core/projection.ts';
import type { Share } from '../../../core/share.ts';
import type { RowChange, ViewItem } from '../../../engine/ports.ts';
import type { Of } from '../../../engine/view/kinds/kind.ts';
import { contributed, isPlaceOfRow, listedAs, rowAt, rowChanges, shareChange } from '../../../engine/view/shares.ts';
import { rowsPerTransaction } from '../../../engine/view/write-shares.ts';
import type { MemoryView } from '../../memory/view.ts';
import { sharesFault } from '../checks/shares.ts';
import type { Dice } from '../dice.ts';
import { type Aging, isWhole, type SimulatedKind } from './kind.ts';

type Shared = Of<'shared-rows'>;

/** A count and a row that no code makes. */
const mark = 'spoilt';
const nobodys = 'astray';

/** Part and shares apart from each other, or a share where its stream has none. */
const spoilShare = async (projection: Shared, view: MemoryView, dice: Dice): Promise<boolean> => {
  const shares = view.items().filter(({ key, share }) => isPlaceOfRow(key) && share);
  if (shares.length === 0) return false;
  const { key, stream, share } = dice.pick(shares) as ViewItem & { share: Share };
  const head = await view.head(streamKey(projection, stream));
  if (!head || !isWhole(head)) return false;
  const at = { stream, commit: head.commit, row: rowAt(key) };
  const { share: _, ...silent } = shareChange(projection, at, share, share);
  // A highest value never falls.
  const { highest: __, ...plain } = share;
  const changes: readonly (readonly RowChange[])[] = [
    [{ ...silent, share: { ...share, counts: { ...share.counts, [mark]: 1 } } }],
    [silent],
    rowChanges(projection, at, new Map(), new Map([[nobodys, plain]])),
  ];
  return (await view.putShares(head, head, dice.pick(changes))) === 'written';
};

const spoilTotal = async (projection: Shared, view: MemoryView, dice: Dice): Promise<boolean> => {
  const parts = (await view.sharedRows({ limit: 100, consistent: true })).items.flatMap((row) => row.parts);
  if (parts.length === 0) return false;
  const { amounts, ...part } = dice.pick(parts);
  const [name] = dice.shuffled(Object.keys(amounts).filter((each) => each.includes('/')));
  if (name === undefined) return false;
  return view.putPart(
    { ...part, amounts: { ...amounts, [name]: plus(amounts[name]!, 1) } },
    listedAs(projection, part.row),
    amounts.changes,
  );
};

const changes = (projection: Shared, { now, then, earlier }: Aging) => {
  try {
    const all = rowChanges(projection, then, contributed(projection, now), contributed(projection, earlier));
    return all.length > rowsPerTransaction ? undefined : all;
  } catch {
    return undefined;
  }
};

export const sharedRows: SimulatedKind<Shared> = {
  initial: ({ initial }) => initial,
  step: ({ on }, { memory }, event) => on[event.type]?.(memory as never, event as never),
  totalsFault: sharesFault,
  isReadByStream: false,
  isListed: true,
  marked: (projection, revised) => ({
    ...projection,
    shares: (memory) =>
      Object.fromEntries(
        Object.entries(projection.shares(memory)).map(([row, share]) => [
          row,
          { ...share, counts: { ...share.counts, [revised]: 1 } },
        ]),
      ),
  }),
  // Totals may be shown without what tells the revisions from each other.
  showsMark: ({ show }) => show === undefined,
  spoil: (projection, { view, dice }) => (dice.chance(0.3) ? spoilTotal : spoilShare)(projection, view, dice),
  changes,
};
