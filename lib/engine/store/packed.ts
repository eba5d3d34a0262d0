import type { Commit, Meta, StoredEvent } from '../../core/commit.ts';

// A packed commit is one text: the list of its values, always in this order. None of our own names are in it, and digits are as few as they can be without a loss.
// What a commit does not have is a 0, or nothing at the list's end. Stored format of 2026-12:
//
// [version, at, events, command, actor, correlation, causation, traceparent, prev, digest, all else of meta, all else of the commit]

/** A text that is not in the short form begins with this: no short form does. */
const asItIs = '=';
const hash = /^[0-9a-f]{64}$/;
const trace = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

const shortHex = (digits: string): string => Buffer.from(digits, 'hex').toString('base64url');
const longHex = (short: string): string => Buffer.from(short, 'base64url').toString('hex');

const shortHash = (text: string | undefined): string | 0 => {
  if (text === undefined) return 0;
  return hash.test(text) ? shortHex(text) : asItIs + text;
};

const longHash = (short: string): string => (short.startsWith(asItIs) ? short.slice(1) : longHex(short));

const shortTrace = (text: string | undefined): string | 0 => {
  if (text === undefined) return 0;
  const [, id, span, flags] = trace.exec(text) ?? [];
  return id === undefined ? asItIs + text : shortHex(`${id}${span}${flags}`);
};

const longTrace = (short: string): string => {
  if (short.startsWith(asItIs)) return short.slice(1);
  const digits = longHex(short);
  return `00-${digits.slice(0, 32)}-${digits.slice(32, 48)}-${digits.slice(48)}`;
};

const dayMilliseconds = 86_400_000;
/** The day of the last time that was written: most are of the same one, and a date takes ten times as long. */
const day = { number: 0, text: '1970-01-01T' };
const twoDigits = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, '0'));

/** The instant of so many milliseconds, as `toISOString` has it. */
const instantOf = (milliseconds: number): string => {
  const number = Math.floor(milliseconds / dayMilliseconds);
  if (number !== day.number) {
    day.text = new Date(milliseconds).toISOString().slice(0, -'00:00:00.000Z'.length);
    day.number = number;
  }
  const left = milliseconds - number * dayMilliseconds;
  const seconds = Math.floor(left / 1_000);
  const minutes = Math.floor(seconds / 60);
  const rest = left % 1_000;
  const fraction = rest < 100 ? `0${twoDigits[rest]}` : rest;
  return `${day.text}${twoDigits[Math.floor(minutes / 60)]}:${twoDigits[minutes % 60]}:${twoDigits[seconds % 60]}.${fraction}Z`;
};

/** Milliseconds, where they say all of it. */
const shortTime = (at: string): number | string => {
  const milliseconds = Date.parse(at);
  return !Number.isNaN(milliseconds) && instantOf(milliseconds) === at ? milliseconds : at;
};

/** In the place of a causation that the commit has already. */
const asCommand = 1;
const asCorrelation = 2;

const shortCausation = ({ causation, correlation }: Meta, command: string): string | number => {
  if (causation === command) return asCommand;
  return causation === correlation ? asCorrelation : causation;
};

const longCausation = (short: string | number, command: string, correlation: string): string => {
  if (typeof short === 'string') return short;
  return short === asCommand ? command : correlation;
};

const orNothing = (values: object): object | 0 => {
  for (const _ in values) return values;
  return 0;
};

const shortEvent = ({ type, v, data }: StoredEvent) => [type, v, data];

/** The text of a commit without its key. */
export const packed = ({ stream: _, commit: __, version, events, command, digest, at, meta, prev, ...rest }: Commit): string => {
  const { actor, correlation, causation: ___, traceparent, ...more } = meta;
  const values: unknown[] = [
    version,
    shortTime(at),
    events.map(shortEvent),
    command,
    actor,
    correlation,
    shortCausation(meta, command),
    shortTrace(traceparent),
    shortHash(prev),
    shortHash(digest),
    orNothing(more),
    orNothing(rest),
  ];
  while (values.at(-1) === 0) values.pop();
  return JSON.stringify(values);
};

/** What a text holds, by its place. Read by index: taking a list apart goes through an iterator. */
type Values = readonly [
  version: number,
  at: number | string,
  events: readonly (readonly [type: string, v: number, data: unknown])[],
  command: string,
  actor: string,
  correlation: string,
  causation: string | number,
  traceparent?: string | 0,
  prev?: string | 0,
  digest?: string | 0,
  metaRest?: object | 0,
  rest?: object | 0,
];

type Open<T> = { -readonly [K in keyof T]: T[K] };

const metaIn = (values: Values, command: string): Meta => {
  const correlation = values[5];
  const meta: Open<Meta> = { actor: values[4], causation: longCausation(values[6], command, correlation), correlation };
  if (values[7]) meta.traceparent = longTrace(values[7]);
  return values[10] ? Object.assign(meta, values[10]) : meta;
};

/** The place of the last value that each commit has. */
const causationAt = 6;

/** A commit whose text was not written by Foldstream. */
export class Unreadable extends Error {
  override name = 'Unreadable';
}

const valuesIn = (stream: string, commit: number, text: string): Values => {
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch {}
  if (Array.isArray(values) && values.length > causationAt) return values as unknown as Values;
  throw new Unreadable(
    `${stream}: commit ${commit} has a text that Foldstream did not write. Compare its item with that of an earlier copy of the table, restored beside it.`,
  );
};

/** The commit of a key and a text. Its names are in the order of canonical JSON, in which each commit that is read is put for its hash. */
export const unpacked = (stream: string, commit: number, text: string): Commit => {
  const values = valuesIn(stream, commit, text);
  const at = values[1];
  const command = values[3];
  const made = { at: typeof at === 'string' ? at : instantOf(at), command, commit } as Open<Commit>;
  if (values[9]) made.digest = longHash(values[9]);
  made.events = values[2].map((event) => ({ data: event[2], type: event[0], v: event[1] }));
  made.meta = metaIn(values, command);
  if (values[8]) made.prev = longHash(values[8]);
  if (values[11]) Object.assign(made, values[11]);
  made.stream = stream;
  made.version = values[0];
  return made;
};
