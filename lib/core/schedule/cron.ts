/** A checked cron expression: the matching values of each field, in ascending order. */
export type Cron = Readonly<{
  minutes: readonly number[];
  hours: readonly number[];
  days: readonly number[];
  months: readonly number[];
  /** 0 is Sunday. */
  weekdays: readonly number[];
}>;

type Field = Readonly<{ name: string; from: number; to: number; words?: readonly string[] }>;

const monthWords = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const weekdayWords = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const fields: readonly Field[] = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day of the month', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12, words: monthWords },
  { name: 'day of the week', from: 0, to: 6, words: weekdayWords },
];

/** The error of a cron expression that cannot be read. */
export class WrongCron extends Error {
  override name = 'WrongCron';
}

const numberIn = (text: string, { name, from, to, words = [] }: Field): number => {
  const word = words.indexOf(text.toUpperCase());
  const value = word >= 0 ? word + from : /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= from && value <= to) return value;
  const also = words.length > 0 ? ` or ${words[0]} to ${words.at(-1)}` : '';
  throw new WrongCron(`its ${name} '${text}' is not ${from} to ${to}${also}`);
};

/** The values of one part between commas: a star, a value, a range, each with a step or without. */
const valuesOf = (part: string, field: Field): readonly number[] => {
  const [range = '', step, ...more] = part.split('/');
  if (more.length > 0 || (step !== undefined && !/^[1-9]\d?$/.test(step)))
    throw new WrongCron(`its ${field.name} '${part}' has a step that is not a number from 1`);
  const [first = '', last, ...others] = range.split('-');
  if (others.length > 0) throw new WrongCron(`its ${field.name} '${part}' is no range`);
  const from = first === '*' ? field.from : numberIn(first, field);
  // A single value with a step counts from there to the end, as in every cron.
  const open = first === '*' || (last === undefined && step !== undefined);
  const to = last === undefined ? (open ? field.to : from) : numberIn(last, field);
  if (to < from) throw new WrongCron(`its ${field.name} '${part}' ends before it begins`);
  return Array.from({ length: to - from + 1 }, (_, i) => from + i).filter((value) => (value - from) % Number(step ?? 1) === 0);
};

const fieldOf = (text: string, field: Field): readonly number[] =>
  [...new Set(text.split(',').flatMap((part) => valuesOf(part, field)))].sort((a, b) => a - b);

/** The most days that a month can have. */
const longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Reads a cron expression: minute, hour, day of the month, month, day of the week (0 is Sunday); each a star, values, ranges, steps. The two
 * kinds of days cannot both be restricted, since systems differ in what that means.
 * @example parseCron('0 3 1 * *').days; // [1]
 */
export const parseCron = (text: string): Cron => {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== fields.length)
    throw new WrongCron(`it has ${parts.length} fields, not the five of minute, hour, day of the month, month, day of the week`);
  const [minutes, hours, days, months, weekdays] = parts.map((part, i) => fieldOf(part, fields[i]!)) as [
    readonly number[],
    readonly number[],
    readonly number[],
    readonly number[],
    readonly number[],
  ];
  if (parts[2] !== '*' && parts[4] !== '*')
    throw new WrongCron('it restricts both the day of the month and the day of the week: leave one of them a star');
  if (!months.some((month) => days[0]! <= longest[month - 1]!)) throw new WrongCron('it names a day that none of its months has');
  return { minutes, hours, days, months, weekdays };
};

const isAll = (values: readonly number[], { from, to }: Field) => values.length === to - from + 1;
const listed = (values: readonly number[], field: Field, add = 0) =>
  isAll(values, field) ? '*' : values.map((value) => value + add).join(',');

/**
 * The same times as an expression of EventBridge Scheduler, which has a year, counts Sunday as 1, and wants one of the two days left open.
 * @example schedulerExpression(parseCron('0 3 1 * *')); // 'cron(0 3 1 * ? *)'
 */
export const schedulerExpression = ({ minutes, hours, days, months, weekdays }: Cron): string => {
  const [minute, hour, day, month, weekday] = fields as [Field, Field, Field, Field, Field];
  const byWeekday = !isAll(weekdays, weekday);
  return `cron(${[
    listed(minutes, minute),
    listed(hours, hour),
    byWeekday ? '?' : listed(days, day),
    listed(months, month),
    byWeekday ? listed(weekdays, weekday, 1) : '?',
    '*',
  ].join(' ')})`;
};
