import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { difference } from '../../core/difference.ts';
import { asJson } from '../terminal/lines.ts';
import { type Findings, faulty, none, note } from './findings.ts';
import { eventOf, type PresentFormat, type PresentVersion, type ReleasedFormat, sampleName } from './present.ts';

const isSample = z.strictObject({ type: z.string(), v: z.int().positive(), data: z.unknown() });

const differenceIn = (before: unknown, after: unknown): string =>
  difference(before, after)
    .map(({ path, from, to }) => `${path || 'all of it'} from ${asJson(from)} to ${asJson(to)}`)
    .join(', ');

const reasonOf = ({ message, cause }: Error): string => {
  if (cause instanceof z.ZodError) return z.prettifyError(cause).replaceAll(/\s+/g, ' ');
  return cause instanceof Error ? `${message} ${cause.message}` : message;
};

/** Finds the faults of one version's golden sample. */
export const checkSample = (
  format: PresentFormat,
  { v, sample }: PresentVersion,
  before: ReleasedFormat | undefined,
  releasing: boolean,
): Findings => {
  const { category, type, written } = format;
  const event = eventOf(format);
  const file = `events/samples/${sampleName(category, type, v)}.json`;
  const released = before?.versions[v];
  const restore = `Take ${file} back from the last release`;
  if (!sample) {
    const fix = released
      ? `${restore}.`
      : `Write ${file}: foldstream contracts --draft begins it with made-up data. Put in what really occurs, with every field filled.`;
    // An event type that never shipped may still change: its sample is required at the release.
    if (!before && !releasing) return note(`${event} v${v} has no sample yet. ${fix}`);
    return faulty(event, `v${v} has no sample.`, fix);
  }
  const form = isSample.safeParse(sample.content);
  if (!form.success || form.data.type !== type || form.data.v !== v)
    return faulty(
      event,
      `The sample of v${v} is none.`,
      `${file} holds {"type": "${type}", "v": ${v}, "data": ...}, nothing else.`,
    );
  if (released && released.sample !== sample.hash)
    return faulty(event, `The sample of v${v} was edited after its release.`, `${restore}: stored data is not edited either.`);
  const { reads, kept } = sample;
  if (reads instanceof Error)
    return faulty(
      event,
      `The sample of v${v} ${released ? 'can no longer' : 'cannot'} be read: ${reasonOf(reads)}`,
      released ? 'Mend the schema or the upcast: events like it are stored.' : `Mend ${file}, the schema or the upcast.`,
    );
  if (!released)
    return isDeepStrictEqual(kept, form.data.data)
      ? none
      : faulty(
          event,
          `v${v} changes its sample: ${differenceIn(form.data.data, kept)}.`,
          `${file} holds just what v${v} stores.`,
        );
  if (isDeepStrictEqual(reads, released.reads)) return none;
  const changed = `The sample of v${v} is read differently: ${differenceIn(released.reads, reads)}.`;
  // A new version that is written is a new shape, into which all the others are lifted.
  return before.written === written
    ? faulty(event, changed, 'Put the upcast (or downcast) back, or make a new version: what is stored keeps its meaning.')
    : note(`${event}: ${changed}`);
};
