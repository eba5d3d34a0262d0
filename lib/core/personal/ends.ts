/** The list of the streams that have ended, in the register of subjects. */
export const byEnd = 'by-end';

/** Ends of earlier months are listed in this one, so that a list from the beginning has few months. */
const firstMonth = '2000-01';

/**
 * The month under which an end is listed.
 * @example monthOfEnd('2016-11-21T12:00:00.000Z'); // '2016-11'
 */
export const monthOfEnd = (endedAt: string): string => (endedAt < firstMonth ? firstMonth : endedAt.slice(0, 7));

/**
 * The partition of a month's ends. A month for each category, since one partition takes 1,000 writes a second, and a rebuild writes faster than streams end.
 * @example endPartition('customer', '2016-11'); // 'customer 2016-11'
 */
export const endPartition = (category: string, month: string): string => `${category} ${month}`;

/**
 * The months from one to another, both included.
 * @example [...monthsBetween('2016-11', '2017-01')]; // ['2016-11', '2016-12', '2017-01']
 */
export function* monthsBetween(first: string, last: string): Generator<string> {
  const numberOf = (month: string) => Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1;
  for (let month = numberOf(first); month <= numberOf(last); month++)
    yield `${Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}`;
}
