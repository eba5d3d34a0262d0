import { plus } from '../../../core/amount.ts';
import type { Of } from '../../../engine/view/kinds/kind.ts';
import { contributed, listedAs, rowChanges } from '../../../engine/view/shares.ts';
import { rowsPerTransaction } from '../../../engine/view/write-shares.ts';
import { sharesFault } from '../checks/shares.ts';
import { type Aging, headStored, isWhole, type SimulatedKind, type WholeStream } from './kind.ts';

type Shared = Of<'shared-rows'>;

/** A row that no code makes. */
const nobodys = 'astray';

/** A row of which no head says that its stream contributes. */
const spoilRow = async (projection: Shared, { view, head, dice }: WholeStream): Promise<boolean> => {
  const shares = [...contributed(projection, head).values()];
  if (!isWhole(head) || shares.length === 0) return false;
  // A highest value never falls.
  const { highest: _, ...plain } = dice.pick(shares);
  const changes = rowChanges(projection, head, new Map(), new Map([[nobodys, plain]]));
  return (await view.putShares([{ head, before: head }], changes)) === 'written';
};

const spoilTotal = async (projection: Shared, { view, dice }: WholeStream): Promise<boolean> => {
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
  rowsIn: () => [],
  totalsFault: sharesFault,
  headIn: headStored,
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
  spoil: (projection, stream) => (stream.dice.chance(0.5) ? spoilTotal : spoilRow)(projection, stream),
  changes,
};
