import { checkSample } from './check-sample.ts';
import { type Findings, faulty, none, note, together } from './findings.ts';
import {
  type PresentFormat,
  type PresentVersion,
  presentFormats,
  type Released,
  type ReleasedFormat,
  type Samples,
  type Storing,
  sampleName,
  storedBy,
} from './present.ts';
import { type JsonSchema, schemaChanges } from './schema-changes.ts';

/** A stored format, and how a version of it is declared: `chained` writes what comes after the ones before. */
type Declared = Readonly<{ name: string; written: number; chained: (chain: string) => string }>;

const asEvent = (chain: string) => `\`${chain}\``;

const eventOf = ({ category, type }: Pick<PresentFormat, 'category' | 'type'>) => `${category}.${type}`;

/**
 * A version that has shipped is never edited. If it is the written version, even a looser schema is a fault: instances of the last release, and a
 * rollback to it, could not read what this release writes. If it is only read, a looser schema is noted and does no harm.
 */
export const checkSchema = (
  { name, written, chained }: Declared,
  { v, schema }: Pick<PresentVersion, 'v' | 'schema'>,
  before: JsonSchema,
): Findings => {
  if (schema instanceof Error) return none;
  const isWritten = v === written;
  const fix = isWritten
    ? `Put the released shape back, and give the new one to v${v + 1}: ${chained('.soon(schema, downcast)')} now, ${chained('.next(schema, upcast)')} a release later.`
    : 'Put the released shape back: another shape is another version.';
  return together(
    schemaChanges(before, schema).map(({ effect, says }) =>
      effect === 'annotated' || (effect === 'loosened' && !isWritten)
        ? note(`${name} v${v} has shipped, and was edited in place without harm: ${says}.`)
        : faulty(name, v, `v${v} has shipped, and was edited in place: ${says}.`, fix),
    ),
  );
};

/** A version is readable one release before it is written: the instances of the last release meet it during the rollout. */
export const checkPrepared = (
  { name, written, chained }: Declared,
  { versions }: Readonly<{ versions: Readonly<Record<string, unknown>> }>,
): Findings => {
  const readable = Math.max(...Object.keys(versions).map(Number));
  return written <= readable
    ? none
    : faulty(
        name,
        written,
        `v${written} is written, but the last release reads up to v${readable}: its instances could not read it during the rollout.`,
        `Declare v${written} with ${chained('.soon(schema, downcast)')} now, and turn it into ${chained('.next(schema, upcast)')} a release later.`,
      );
};

/** A type that becomes public has a start time: events that are stored already must not reach other teams as if they were new. */
const checkPublic = (format: PresentFormat, before: ReleasedFormat): Findings =>
  !format.public || before.public || format.publicSince !== undefined
    ? none
    : faulty(
        eventOf(format),
        undefined,
        'It becomes public, and was released before: all of its history would be told to other teams.',
        `Say from when, by an instant after the deployment: publishesSince: { ${format.type}: '...' }. An early one tells of the past on purpose.`,
      );

const checkFormat = (format: PresentFormat, before: ReleasedFormat | undefined, releasing: boolean): Findings => {
  const { versions, written } = format;
  const event = eventOf(format);
  const declared = { name: event, written, chained: asEvent };
  const now = versions.flatMap((version) => {
    const { v, schema } = version;
    const json = 'Store what JSON has: texts, numbers, booleans, null, lists, objects.';
    const isNew = before && !before.versions[v] ? [note(`${event} v${v} is new, and not released yet.`)] : [];
    const unclear = schema instanceof Error ? [faulty(event, v, `v${v} is not plain JSON: ${schema.message}`, json)] : [];
    return [...isNew, ...unclear, checkSample(format, version, before, releasing)];
  });
  if (!before) return together([note(`${event} is new, and not released yet.`), ...now]);
  const shipped = Object.entries(before.versions).map(([v, { schema }]) => {
    const version = versions[Number(v) - 1];
    return version
      ? checkSchema(declared, version, schema)
      : faulty(event, Number(v), `v${v} has shipped, and is gone.`, `Put v${v} back: events of it may be stored.`);
  });
  return together([...shipped, checkPrepared(declared, before), checkPublic(format, before), ...now]);
};

/** Compares a manifest's stored formats with those last released, and reads every golden sample. */
export const checkContracts = (manifest: Storing, released: Released, samples: Samples, releasing = false): Findings => {
  const formats = presentFormats(manifest, samples);
  const events = new Set(formats.map(eventOf));
  const names = new Set(
    formats.flatMap(({ category, type, versions }) => versions.map(({ v }) => sampleName(category, type, v))),
  );
  const gone = Object.entries(released).flatMap(([category, types]) => {
    const fix = storedBy(manifest).some((there) => there.category === category)
      ? 'Put its format back: events of it are stored. No decider need emit it any more.'
      : `Put ${category} back into the manifest: its commands or reactions may go, its formats stay.`;
    return Object.keys(types)
      .map((type) => eventOf({ category, type }))
      .filter((event) => !events.has(event))
      .map((event) => faulty(event, undefined, 'It has shipped, and is gone.', fix));
  });
  const stray = Object.keys(samples)
    .filter((name) => !names.has(name))
    .map((name) => {
      const file = `events/samples/${name}.json`;
      return faulty(
        name,
        undefined,
        `${file} is of no version that there is.`,
        'Put the version back, or delete the file if it never shipped.',
      );
    });
  return together([
    ...formats.map((format) => checkFormat(format, released[format.category]?.[format.type], releasing)),
    ...gone,
    ...stray,
  ]);
};
