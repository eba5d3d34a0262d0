import { dirname } from 'node:path';
import { checkSample } from './check-sample.ts';
import { type Findings, faulty, none, together } from './findings.ts';
import { checkGone, checkVersions } from './format.ts';
import {
  eventOf,
  type PresentFormat,
  presentFormats,
  type Released,
  type ReleasedFormat,
  type Samples,
  type Storing,
  sampleName,
  storedBy,
} from './present.ts';
import { checkSubjects } from './subjects.ts';

/** A type that becomes public has a start time: events that are stored already must not reach other teams as if they were new. */
const checkPublic = (format: PresentFormat, before: ReleasedFormat | undefined): Findings =>
  !format.public || !before || before.public || format.publicSince !== undefined
    ? none
    : faulty(
        eventOf(format),
        'It becomes public, and was released before: all of its history would be told to other teams.',
        `Say from when, by an instant after the deployment: publishesSince: { ${format.type}: '...' }. An early one tells of the past on purpose.`,
      );

const checkFormat = (format: PresentFormat, before: ReleasedFormat | undefined, releasing: boolean): Findings => {
  const shipped = before && Object.fromEntries(Object.entries(before.versions).map(([v, { schema }]) => [v, schema]));
  const words = {
    name: eventOf(format),
    chained: (chain: string) => `\`${chain}\``,
    unclear: 'Store what JSON has: texts, numbers, booleans, null, lists, objects.',
    putBack: 'events of it may be stored.',
  };
  return together([
    checkVersions(format, shipped, words),
    checkPublic(format, before),
    checkSubjects(format),
    ...format.versions.map((version) => checkSample(format, version, before, releasing)),
  ]);
};

/** Compares a manifest's stored formats with those last released, and reads every golden sample. */
export const checkContracts = (manifest: Storing, released: Released, samples: Samples, releasing = false): Findings => {
  const formats = presentFormats(manifest, samples);
  const names = new Set(
    formats.flatMap(({ category, type, versions }) => versions.map(({ v }) => sampleName(category, type, v))),
  );
  // Samples of other categories belong to another manifest that shares the folder.
  const own = new Set(storedBy(manifest).map(({ category }) => category));
  const stray = Object.keys(samples).filter((name) => !names.has(name) && own.has(dirname(name)));
  return together([
    ...formats.map((format) => checkFormat(format, released[format.category]?.[format.type], releasing)),
    checkGone(released, formats, (gone) => {
      const fix = storedBy(manifest).some(({ category }) => category === gone.category)
        ? 'Put its format back: events of it are stored. No decider need emit it any more.'
        : `Put ${gone.category} back into the manifest: its commands or reactions may go, its formats stay.`;
      return faulty(eventOf(gone), 'It has shipped, and is gone.', fix);
    }),
    ...stray.map((name) =>
      faulty(
        name,
        `events/samples/${name}.json is of no version that there is.`,
        'Put the version back, or delete the file if it never shipped.',
      ),
    ),
  ]);
};
