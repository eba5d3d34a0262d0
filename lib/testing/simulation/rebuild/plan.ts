import { type Dice, diceFor } from '../dice.ts';

/** The order in which a scan reads a segment: none is guaranteed. */
export type ScanOrder = 'numbers' | 'texts' | 'any';

/** An operators' action at some moment. */
export type Operation = Readonly<{ at: number; what: 'rebuild' | 'cancel' | 'back' }>;

/** An action on a live revision, in place. */
export type Mending = Readonly<{
  at: number;
  what: 'spoil' | 'repair' | 'replay' | 'refold' | 'age';
  revision: 'first' | 'second';
}>;

/** A view that is deployed in a second revision and rebuilt while commands go on. */
export type RebuildPlan = Readonly<{
  /** A number from which it follows which of the manifest's views it is. */
  view: number;
  /** From when on the bus delivers to the second revision. */
  deployedAt: number;
  operations: readonly Operation[];
  mendings: readonly Mending[];
  /** When readers begin to walk through the view's rows. */
  walks: readonly number[];
  settings: Readonly<{ segments: number; concurrency: number; unitsPerSecond: number; compareOneOf: number }>;
  pageCommits: number;
  /** True if the history counts as so small that a rebuild neither waits for live delivery nor drains notes. */
  small: boolean;
  order: ScanOrder;
  /** True if the deployment recorded the code of the second revision. */
  known: boolean;
  /** So long after it began to verify the first rebuild is cancelled (milliseconds). */
  cancelledAfter?: number;
  /** The longest time that a function's note may take, in addition to the time of any call (milliseconds). */
  slowNotes: number;
  /** True if no revision answers in the beginning, as for a new view over existing history. */
  unanswered: boolean;
  /** True if the active revision is audited at the end. */
  audited: boolean;
  poison?: number;
  /**
   * A release removes the view, or the revision, at the end, and a later one brings it back under the same names; there may be another
   * release between the two.
   */
  returns?: Readonly<{ what: 'view' | 'revision'; between: boolean }>;
}>;

/** A revision is deployed for a while before it is rebuilt: earlier deliveries are then in the table for every scan. */
const [deployedBy, settles, earliest] = [300, 550, 500];

/** So much later, where operators have something else to do. */
const mendedFirst = 1_500;

const operationsFor = (dice: Dice, from: number): readonly Operation[] => {
  const first = from + settles + dice.next() * earliest;
  const operations: Operation[] = [{ at: first, what: 'rebuild' }];
  if (dice.chance(0.2)) operations.push({ at: first + dice.next() * 100, what: 'rebuild' });
  for (let n = dice.below(3); n > 0; n--) {
    const at = first + dice.next() * 5_000;
    operations.push({ at, what: dice.chance(0.6) ? 'cancel' : 'back' }, { at: at + dice.next() * 1_000, what: 'rebuild' });
  }
  if (dice.chance(0.3)) operations.push({ at: 3_000 + dice.next() * 4_000, what: 'back' });
  return operations.toSorted((a, b) => a.at - b.at);
};

/** The first revision is live from the beginning; the second at some time after it was rebuilt. */
const mendingsFor = (dice: Dice): readonly Mending[] => {
  if (!dice.chance(0.3)) return [];
  const revision = dice.chance(0.7) ? 'first' : 'second';
  const at = revision === 'first' ? 500 + dice.next() * 1_200 : 3_500 + dice.next() * 5_000;
  const spoils = Array.from({ length: dice.below(3) }, (): Mending => ({ at: at + dice.next() * 300, what: 'spoil', revision }));
  const orders = Array.from({ length: 1 + dice.below(2) }, (): Mending => {
    const what = dice.pick(['repair', 'repair', 'replay', 'refold'] as const);
    return { at: at + dice.next() * 600, what, revision };
  });
  return [...spoils, ...orders];
};

/** The code of a live revision has changed, and some of its streams are refolded while commits go on. */
const agingsFor = (dice: Dice): readonly Mending[] =>
  dice.chance(0.5)
    ? Array.from({ length: 1 + dice.below(2) }, () => ({ at: 600 + dice.next() * 2_000, what: 'age', revision: 'first' }))
    : [];

const returnFor = (dice: Dice): Pick<RebuildPlan, 'returns'> =>
  dice.chance(0.25) ? { returns: { what: dice.pick(['view', 'revision']), between: dice.chance(0.3) } } : {};

/** The dice of its own leave what else a seed does as it was. `share` is of how many runs. */
export const rebuildPlanFor = (seed: number, share: number): RebuildPlan | undefined => {
  const dice = diceFor(seed, 'rebuild plan');
  if (!dice.chance(share)) return undefined;
  const segments = 1 + dice.below(3);
  const deployedAt = dice.next() * deployedBy;
  const mendings = [...mendingsFor(diceFor(seed, 'mending plan')), ...agingsFor(diceFor(seed, 'aging plan'))];
  // One at a time: the changes of the first revision during faults come before the second is rebuilt.
  const ordersFrom = deployedAt + (mendings.some(({ revision }) => revision === 'first') ? mendedFirst : 0);
  return {
    view: dice.below(1_000),
    deployedAt,
    operations: operationsFor(dice, ordersFrom),
    mendings,
    walks: Array.from({ length: 3 }, () => dice.next() * 6_000),
    settings: {
      segments,
      concurrency: dice.pick([1, 2, 8]),
      unitsPerSecond: dice.pick([200, 10_000]),
      compareOneOf: dice.pick([1, 2]),
    },
    pageCommits: 2 + dice.below(6),
    small: diceFor(seed, 'history plan').chance(0.25),
    order: dice.pick(['numbers', 'texts', 'any', 'any']),
    known: dice.chance(0.7),
    audited: dice.chance(0.4),
    unanswered: dice.chance(0.1),
    ...(dice.chance(0.3) && { cancelledAfter: dice.next() * 1_200 }),
    ...returnFor(diceFor(seed, 'return plan')),
    slowNotes: dice.pick([0, 600]),
    ...(dice.chance(0.15) && { poison: 2 + dice.below(6) }),
  };
};
