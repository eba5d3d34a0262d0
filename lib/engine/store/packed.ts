import type { Commit, Meta, StoredEvent } from '../../core/commit.ts';

// A packed commit is one text: the list of its values, always in this order. None of our own names are in it, and hashes are as short as they can be without a loss.
// What a commit does not have is a 0, or nothing at the list's end. Stored format of 2026-12:
//
// [version, at, events, command, actor, correlation, causation, traceparent, prev, digest, all else of meta, all else of the commit]

/** A text that is not in the short form begins with this: no short form does. */
const asItIs = '=';
const hash = /^[0-9a-f]{64}$/;

const shortHash = (text: string | undefined): string | 0 => {
  if (text === undefined) return 0;
  return hash.test(text) ? Buffer.from(text, 'hex').toString('base64url') : asItIs + text;
};

const longHash = (short: string): string =>
  short.startsWith(asItIs) ? short.slice(1) : Buffer.from(short, 'base64url').toString('hex');

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
    at,
    events.map(shortEvent),
    command,
    actor,
    correlation,
    shortCausation(meta, command),
    traceparent ?? 0,
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
  at: string,
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
  if (values[7] !== undefined && values[7] !== 0) meta.traceparent = values[7];
  return values[10] ? Object.assign(meta, values[10]) : meta;
};

/** The place of the last value that each commit has. */
const causationAt = 6;

/** A commit whose text was not written by Foldstream. */
export class Unreadable extends Error {
  override name = 'Unreadable';
}

/** Its names are in the order of canonical JSON, in which each commit that is read is put for its hash. */
const commitIn = (stream: string, commit: number, values: Values): Commit => {
  const command = values[3];
  const made = { at: values[1], command, commit } as Open<Commit>;
  if (values[9]) made.digest = longHash(values[9]);
  made.events = values[2].map((event) => ({ data: event[2], type: event[0], v: event[1] }));
  made.meta = metaIn(values, command);
  if (values[8]) made.prev = longHash(values[8]);
  if (values[11]) Object.assign(made, values[11], { commit });
  made.stream = stream;
  made.version = values[0];
  return made;
};

/** The commit of a key and a text. */
export const unpacked = (stream: string, commit: number, text: string): Commit => {
  try {
    const values = JSON.parse(text) as Values;
    if (values.length > causationAt) return commitIn(stream, commit, values);
  } catch {}
  throw new Unreadable(`${stream}: commit ${commit} has a text that Foldstream did not write: restore it.`);
};
