import { href } from '../../router.ts';

/** For how long something has had its status, at least: as it stands in the address, in words, and in milliseconds. */
export const ages = [
  ['10m', '10 minutes', 600_000],
  ['1h', 'an hour', 3_600_000],
  ['1d', 'a day', 86_400_000],
  ['7d', 'a week', 604_800_000],
] as const;

/** What is asked of a list by status, as it stands in the address; `Narrow` is what else narrows it. */
export type AskedList<Narrow extends string = never> = Readonly<Record<'status' | 'age' | 'order' | 'cursor' | Narrow, string>>;
export type ByAge = Pick<AskedList, 'age' | 'order'>;

export const askedIn = <Narrow extends string>(query: URLSearchParams, narrow: Narrow): AskedList<Narrow> =>
  Object.fromEntries(
    (['status', narrow, 'age', 'order', 'cursor'] as const).map((name) => [name, query.get(name) ?? '']),
  ) as AskedList<Narrow>;

/** The address of a list when something of what is asked changes: its first page, and no order where the rows of a status have none. */
export const listHref = <Asked extends AskedList>(
  at: string,
  asked: Asked,
  change: Partial<Asked>,
  isOrdered: (status: string) => boolean,
): string => {
  const next = { ...asked, cursor: '', ...change };
  return href([at], { ...next, order: isOrdered(next.status) ? next.order : '' });
};

/** An age and an order as the API is asked for them at a time: an age is counted back from then. */
export const byAge = ({ age, order }: ByAge, now: number): Readonly<{ until?: string; order?: 'newest-first' }> => {
  const [, , milliseconds] = ages.find(([name]) => name === age) ?? [];
  return {
    ...(milliseconds !== undefined && { until: new Date(now - milliseconds).toISOString() }),
    ...(order === 'newest-first' && { order }),
  };
};
