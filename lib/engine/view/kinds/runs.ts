import { type AnyProjection, type List, rowKey } from '../../../core/projection.ts';
import type { ListPlace, ViewItem } from '../../ports.ts';
import { separator, textOfBy } from '../lists.ts';
import { numberOf } from './places.ts';

// Of lists that have an entry for each run: for the first of some commits of a stream that follow on each other and have the same value. An entry too many makes two
// runs of one, which changes no answer; one too few would hide commits.

/** A run does not go over a commit whose number is a multiple of this: so no reader looks far for its end. */
const longestRun = 64;

/** The partitions of a row in the lists that have an entry for each run. */
export type Runs = Readonly<Record<string, string>>;

const namesIn = new WeakMap<object, readonly string[]>();

const inRuns = ({ lists }: Pick<AnyProjection, 'lists'>): readonly string[] => {
  if (!lists) return [];
  const known = namesIn.get(lists);
  if (known) return known;
  const names = Object.keys(lists).filter((name) => lists[name]?.runs);
  namesIn.set(lists, names);
  return names;
};

/** What the row of the next commit has to know of one that has all of its places; undefined in a view without such lists. */
export const runsOf = (projection: Pick<AnyProjection, 'lists'>, { lists = {} }: ViewItem): Runs | undefined => {
  const names = inRuns(projection);
  if (names.length === 0) return undefined;
  const runs: Record<string, string> = {};
  for (const name of names) if (lists[name]) runs[name] = lists[name].in;
  return runs;
};

/** A row without its places where it continues a run: in the partition of the row of the commit directly before it, if that has one. */
export const withoutRuns = (projection: Pick<AnyProjection, 'lists'>, item: ViewItem, before: Runs = {}): ViewItem => {
  if (numberOf(item) % longestRun === 0) return item;
  const { lists = {}, ...rest } = item;
  const continued = inRuns(projection).filter((name) => lists[name] && lists[name].in === before[name]);
  if (continued.length === 0) return item;
  const own = Object.entries(lists).filter(([name]) => !continued.includes(name));
  return { ...rest, ...(own.length > 0 && { lists: Object.fromEntries(own) }) };
};

/** The end of an entry's place in a place of its run that is not the first. Nothing is stored there: it sorts behind the entry, and before every other. */
const endOf = (at: string): number => {
  const end = at.lastIndexOf('.');
  return end > at.lastIndexOf(separator) ? end : at.length;
};

/** The entry of the run in which a place is. */
export const entryOf = (at: string): string => at.slice(0, endOf(at));

/** The row whose place this is, and the number of its commit; undefined if it is no place of a row. */
export const rowOfPlace = (at: string): Readonly<{ key: string; commit: number }> | undefined => {
  const [key, number] = entryOf(at).split(separator).slice(-2);
  const commit = Number(at.slice(endOf(at) + 1) || number);
  return key && number !== undefined && Number.isSafeInteger(commit) ? { key, commit } : undefined;
};

/** Rows of streams in their order, with places for those that continue a run as well. */
export const placedInRuns = (name: string, list: List<never>, rows: readonly ViewItem[]): readonly ViewItem[] => {
  const placed: ViewItem[] = [];
  for (const item of rows) {
    const last = placed.at(-1);
    const run: ListPlace | undefined = last?.lists?.[name];
    const follows =
      run !== undefined && !item.lists?.[name] && last?.key === item.key && textOfBy(list, item) === textOfBy(list, last);
    const place = follows && { in: run.in, at: `${entryOf(run.at)}.${rowKey(numberOf(item))}` };
    placed.push(place ? { ...item, lists: { ...item.lists, [name]: place } } : item);
  }
  return placed;
};
