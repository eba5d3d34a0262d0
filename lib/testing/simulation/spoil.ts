import { plus } from '../../core/amount.ts';
import { type AnyProjection, type AnySharedRows, streamKey } from '../../core/projection.ts';
import type { Share } from '../../core/share.ts';
import type { RowChange, ViewItem } from '../../engine/ports.ts';
import { isPlaceOfRow, listedAs, rowAt, rowChanges, shareChange } from '../../engine/view/shares.ts';
import type { MemoryView } from '../memory/view.ts';
import type { Dice } from './dice.ts';

/** A field, a count and a row that no code makes. */
const mark = 'spoilt';
const nobodys = 'astray';

const isWhole = ({ begun, parked }: ViewItem) => !begun && !parked;
const headsOf = (view: MemoryView) => view.items().filter((item) => item.sort === 'head' && isWhole(item) && item.commit > 0);
const marked = (value: unknown) => ({ ...(value as object), [mark]: true });

const spoilHead = async (view: MemoryView, head: ViewItem): Promise<boolean> => {
  return head.row !== undefined && view.putHead({ ...head, row: marked(head.row) as ViewItem['row'] }, head);
};

const spoilRow = async (view: MemoryView, dice: Dice): Promise<boolean> => {
  const rows = view.items().filter(({ sort, row }) => sort.startsWith('row#') && row !== undefined);
  if (rows.length === 0) return false;
  const { row, ...item } = dice.pick(rows);
  const changed = dice.pick([{ row: marked(row) as ViewItem['row'] }, {}, { sort: `row#${nobodys}`, row }]);
  await view.putRow({ ...item, ...changed }, await view.head(item.key));
  return true;
};

/** Part and shares apart from each other, or a share where its stream has none. */
const spoilShare = async (projection: AnyProjection & AnySharedRows, view: MemoryView, dice: Dice): Promise<boolean> => {
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

const spoilTotal = async (projection: AnyProjection & AnySharedRows, view: MemoryView, dice: Dice): Promise<boolean> => {
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

/**
 * Changes something in a view's table behind the engine's back: no code would come to it, and none stumbles over it. Readers are shown it until
 * an audit repairs it. Answers whether there was anything to change.
 */
export const spoil = async (projection: AnyProjection, view: MemoryView, dice: Dice): Promise<boolean> => {
  const heads = headsOf(view);
  if (heads.length === 0) return false;
  const head = dice.pick(heads);
  if (projection.kind === 'row-per-stream') return spoilHead(view, head);
  if (projection.kind === 'shared-rows') return (dice.chance(0.3) ? spoilTotal : spoilShare)(projection, view, dice);
  if (dice.chance(0.3)) return view.putHead({ ...head, memory: marked(head.memory) as ViewItem['memory'] }, head);
  return spoilRow(view, dice);
};
