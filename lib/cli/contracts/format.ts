import * as z from 'zod';
import { type JsonSchema, schemaChanges } from '../../engine/model/schema-changes.ts';
import { type Findings, faulty, none, note, together } from './findings.ts';

/** One version of a stored format as it is now. An error stands for a schema that JSON cannot describe. */
export type FormatVersion = Readonly<{ v: number; schema: JsonSchema | Error }>;

/** A stored format as it is now: of an event, or of a command that processes send. */
export type Format = Readonly<{ category: string; type: string; written: number; versions: readonly FormatVersion[] }>;

/** A stored format as a release had it: the version that it wrote, and what it had of each version. */
export type ReleasedOf<Version> = Readonly<{ written: number; versions: Readonly<Record<string, Version>> }>;

/** The formats of a release, by category and type. */
export type ReleasedFormats<Released> = Readonly<Record<string, Readonly<Record<string, Released>>>>;

/** The words in which faults speak of a format: its name, the declaration of a version after the ones before it, and two remedies. */
export type Words = Readonly<{ name: string; chained: (chain: string) => string; unclear: string; putBack: string }>;

export const attempt = <T>(work: () => T): T | Error => {
  try {
    return work();
  } catch (cause) {
    return cause instanceof Error ? cause : new Error(String(cause));
  }
};

export const versionsOf = (schemas: readonly z.ZodType[]): readonly FormatVersion[] =>
  schemas.map((schema, i) => ({ v: i + 1, schema: attempt(() => z.toJSONSchema(schema, { io: 'input' }) as JsonSchema) }));

/** The record of a release; only for formats without a fault. */
export const recordOf = <F extends Format, Released>(
  formats: readonly F[],
  released: (format: F) => Released,
): ReleasedFormats<Released> => {
  const categories = [...Map.groupBy(formats, ({ category }) => category)];
  return Object.fromEntries(
    categories.map(([category, own]) => [category, Object.fromEntries(own.map((format) => [format.type, released(format)]))]),
  );
};

/** Finds the formats of a release that are gone. */
export const checkGone = (
  released: ReleasedFormats<unknown>,
  formats: readonly Format[],
  fault: (gone: Pick<Format, 'category' | 'type'>) => Findings,
): Findings =>
  together(
    Object.entries(released).flatMap(([category, types]) =>
      Object.keys(types)
        .filter((type) => !formats.some((format) => format.category === category && format.type === type))
        .map((type) => fault({ category, type })),
    ),
  );

/**
 * A version that has shipped is never edited. If it is the written version, even a looser schema is a fault: instances of the last release, and a
 * rollback to it, could not read what this release writes. If it is only read, a looser schema is noted and does no harm.
 */
const checkSchema = (written: number, { v, schema }: FormatVersion, before: JsonSchema, { name, chained }: Words): Findings => {
  if (schema instanceof Error) return none;
  const isWritten = v === written;
  const fix = isWritten
    ? `Put the released shape back, and give the new one to v${v + 1}: ${chained('.soon(schema, downcast)')} now, ${chained('.next(schema, upcast)')} a release later.`
    : 'Put the released shape back: another shape is another version.';
  return together(
    schemaChanges(before, schema).map(({ effect, says }) =>
      effect === 'annotated' || (effect === 'loosened' && !isWritten)
        ? note(`${name} v${v} has shipped, and was edited in place without harm: ${says}.`)
        : faulty(name, `v${v} has shipped, and was edited in place: ${says}.`, fix),
    ),
  );
};

/** A version is readable one release before it is written: the instances of the last release meet it during the rollout. */
const checkPrepared = (written: number, released: readonly string[], { name, chained }: Words): Findings => {
  const readable = Math.max(...released.map(Number));
  return written <= readable
    ? none
    : faulty(
        name,
        `v${written} is written, but the last release reads up to v${readable}: its instances could not read it during the rollout.`,
        `Declare v${written} with ${chained('.soon(schema, downcast)')} now, and turn it into ${chained('.next(schema, upcast)')} a release later.`,
      );
};

/** Compares a format with what a release had of it, by version. */
export const checkVersions = (
  { written, versions }: Format,
  before: Readonly<Record<string, JsonSchema>> | undefined,
  words: Words,
): Findings => {
  const { name, unclear, putBack } = words;
  const now = versions.flatMap(({ v, schema }) => [
    ...(before && !before[v] ? [note(`${name} v${v} is new, and not released yet.`)] : []),
    ...(schema instanceof Error ? [faulty(name, `v${v} is not plain JSON: ${schema.message}`, unclear)] : []),
  ]);
  if (!before) return together([note(`${name} is new, and not released yet.`), ...now]);
  const shipped = Object.entries(before).map(([v, schema]) => {
    const version = versions[Number(v) - 1];
    return version
      ? checkSchema(written, version, schema, words)
      : faulty(name, `v${v} has shipped, and is gone.`, `Put v${v} back: ${putBack}`);
  });
  return together([...shipped, checkPrepared(written, Object.keys(before), words), ...now]);
};
