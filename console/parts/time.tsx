import { signal } from '@preact/signals';

const key = 'foldstream.utc';
export const inUtc = signal(localStorage.getItem(key) === 'true');

/** Shows times in UTC from now on, or in local time again; the browser keeps the choice. */
export const turnTimes = (): void => {
  inUtc.value = !inUtc.value;
  localStorage.setItem(key, String(inUtc.value));
};

const now = signal(Date.now());
setInterval(() => {
  now.value = Date.now();
}, 10_000);

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** How long ago, or in how long, in the largest unit of which there is one. */
const ageOf = (at: number, from: number): string => {
  const apart = at - from;
  const [unit, size] = units.find(([, each]) => Math.abs(apart) >= each) ?? units[3];
  return relative.format(Math.round(apart / size), unit);
};

/** An instant in local time or UTC, to the second or the millisecond. */
const timeOf = (at: string, { utc = inUtc.value, exact = false } = {}): string => {
  const date = new Date(at);
  const iso = utc ? date.toISOString() : new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, exact ? 23 : 19)}${utc ? ' UTC' : ''}`;
};

/** A time: local or UTC as chosen, the other one in the tooltip, and its age. */
export const Time = ({ at, age = true, exact = false }: Readonly<{ at: string; age?: boolean; exact?: boolean }>) => (
  <time dateTime={at} title={`${timeOf(at, { utc: !inUtc.value, exact: true })}${inUtc.value ? ' local time' : ''}`}>
    {timeOf(at, { exact })}
    {age && <span class="dim"> · {ageOf(Date.parse(at), Math.max(now.value, Date.now()))}</span>}
  </time>
);
