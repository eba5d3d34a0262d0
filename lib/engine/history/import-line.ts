import * as z from 'zod';
import { type Commit, storedEvents } from '../../core/commit.ts';
import { sampleSealed } from '../../core/personal/sealed.ts';
import { parseStream } from '../../core/stream.ts';
import { type Formats, readEvent } from '../../core/version.ts';
import { instant, latest } from '../instant.ts';
import { dynamoDb } from '../limits.ts';
import type { Clock } from '../ports.ts';
import { importAheadMilliseconds } from '../settings.ts';
import type { ChainEnd } from '../store/known.ts';
import { itemSize } from '../store/size.ts';
import { storable } from '../store/storable.ts';
import { commitType, inForm, opened, stateType } from './export-line.ts';
import { plainEvent } from './plain-event.ts';

const meta = z.strictObject({
  actor: z.string(),
  correlation: z.string(),
  causation: z.string(),
  network: z.string().optional(),
  why: z.string().optional(),
  traceparent: z.string().optional(),
});
const place = z.strictObject({ stream: z.string(), commit: z.int().positive() });

/** A commit as it is imported. Strict: what this release does not know it could not keep, and the commit's hash is over all that it holds. */
const form = z.strictObject({
  stream: z.string(),
  commit: z.int().positive().optional(),
  version: z.int().nonnegative().optional(),
  events: z.array(z.strictObject({ type: z.string(), v: z.int().positive(), data: z.unknown() })),
  command: z.string().min(1).optional(),
  digest: z.string().optional(),
  // Texts are compared as such, so that all have to be of the one form; one from here is of it already.
  at: z.iso.datetime({ offset: true }).transform((at) => new Date(at).toISOString()),
  meta: meta.partial().optional(),
  prev: z.string().optional(),
  refused: z.strictObject({ reason: z.string(), detail: z.unknown().optional() }).optional(),
  siblings: z.array(place).optional(),
  facts: z.array(z.strictObject({ stream: z.string(), commit: z.int().nonnegative() })).optional(),
  sealed: z.array(z.string()).optional(),
  imported: z.string().optional(),
});

/** A commit to import; what another event store cannot know may be missing. */
export type ImportLine = Readonly<z.output<typeof form>>;

const refused = (why: string): never => {
  throw new Error(why);
};

/** Formats by category, as a manifest has them. */
export type FormatsOf = (category: string) => Formats | undefined;

/** The formats by which lines are read. */
export type LineReading = Readonly<{
  formatsOf: FormatsOf;
  clock: Pick<Clock, 'now'>;
  /** Plain values in the place of personal ones can be sealed. */
  seals?: boolean;
}>;

const checked = (line: ImportLine, { formatsOf, clock, seals }: LineReading): ImportLine => {
  const { category } = parseStream(line.stream) ?? refused(`'${line.stream}' is not a stream's name: use <category>-<id>`);
  const formats = formatsOf(category) ?? refused(`the manifest has no category '${category}'`);
  // A process's command leaves a commit also where it was refused or changed nothing; a history from elsewhere has no such thing.
  if (line.events.length === 0 && !line.refused && line.command === undefined)
    refused('it has no events, and no command that could have come to nothing');
  const { version = line.events.length, commit = 1, command = '', at } = line;
  const whole = storedEvents({
    ...line,
    version,
    commit,
    command,
    at,
    meta: { actor: '', correlation: '', causation: '' },
  } as Commit);
  const plain = new Map<number, unknown>();
  for (const [i, event] of whole.entries())
    try {
      const found = plainEvent(formats, storable(event, `events[${i}]`), ({ find }) => sampleSealed(find));
      readEvent(formats, found?.standing ?? event);
      if (found) plain.set(i, found.data);
    } catch (cause) {
      const inner = (cause as Error).cause instanceof Error ? ` ${((cause as Error).cause as Error).message}` : '';
      refused(`${(cause as Error).message}${inner}`.replaceAll(/\s+/g, ' ').replace(/\.$/, ''));
    }
  const now = clock.now();
  if (Date.parse(line.at) > now + importAheadMilliseconds)
    refused(
      `its time, ${line.at}, is in the future: it is ${instant(now)} now, and all that follows in its stream would be dated so as well; correct it, or import when that time has come`,
    );
  if (plain.size > 0 && line.sealed)
    refused('it has both sealed and plain personal values: give all of a commit in plain, or all of it sealed');
  if (plain.size > 0 && !seals)
    refused(
      'it has personal values in plain, and the deployment has no keys to seal them with: deploy a release whose events have personal() values there first',
    );
  // The fields that are completed later are small.
  if (itemSize(line) > dynamoDb.itemBytes - 1_024) refused(`it has over ${dynamoDb.itemBytes} bytes, which no item may have`);
  return { ...line, events: line.events.map((event, i) => ({ ...event, data: plain.has(i) ? plain.get(i) : event.data })) };
};

/**
 * Reads one line of an import: a commit, bare or in a CloudEvents envelope. Undefined for a state, which is not imported. Throws if it is
 * neither, or if this release cannot read it; the message continues "line 5: ...".
 */
export const readImportLine = (text: string, reading: LineReading): ImportLine | undefined => {
  const { type, data } = opened(text);
  if (type === stateType) return undefined;
  if (type !== commitType) return refused(`an envelope of type '${type}' holds no commit`);
  return checked(inForm(form, data, 'commit'), reading);
};

/** A commit that goes on from a place, or why a line is none. */
export type Completed = Readonly<{ commit: Commit } | { fault: string }>;

/**
 * A line as the next commit of its stream. Missing fields are computed only from the line and the commits before it, so that the same lines
 * make the same commits whenever they are imported.
 */
export const complete = (line: ImportLine, before: ChainEnd, mark: string): Completed => {
  const { stream, events, imported: _, meta: known, ...given } = line;
  const number = given.commit ?? before.commit + 1;
  const version = before.version + events.length;
  const id = `import/${stream}/${number}`;
  if (number <= before.commit)
    return { fault: `it comes after commit ${before.commit}: the commits of a stream must be in order` };
  if (number > before.commit + 1) return { fault: `commit ${before.commit + 1} is missing before it` };
  if ((given.version ?? version) !== version)
    return { fault: `its ${events.length} events cannot lead from version ${before.version} to version ${given.version}` };
  if (given.prev !== undefined && given.prev !== before.hash)
    return {
      fault:
        before.hash === ''
          ? 'it claims a predecessor, and has none'
          : `it does not have the hash of commit ${before.commit}: it follows on another one`,
    };
  // The hash chain of its own store says that the times were so; without one they are put in order.
  if (given.prev !== undefined && given.at < before.at) return { fault: `its time is before that of commit ${before.commit}` };
  return {
    commit: {
      stream,
      ...given,
      commit: number,
      version,
      events: events as Commit['events'],
      command: given.command ?? id,
      at: latest(given.at, before.at),
      meta: { actor: 'import', correlation: id, causation: id, ...known },
      ...(before.hash !== '' && { prev: before.hash }),
      imported: mark,
    },
  };
};
