import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { Manifest } from '../core/manifest.ts';
import { checkContracts } from './contracts/check.ts';
import type { Fault } from './contracts/findings.ts';
import { presentFormats, type Released, type Samples, toReleased } from './contracts/present.ts';
import { UserError } from './user-error.ts';

export type ContractsOptions = Readonly<{
  manifest: Pick<Manifest, 'aggregates'>;
  /** The folder that has `events/` in it. */
  root: string;
  /** Records what is there as released. */
  release?: boolean;
  write?: (file: string, text: string) => void;
}>;

const parse = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new UserError(`${file} is not JSON.`, 'Take it back from the last release, or mend it.', { cause });
  }
};

/** The golden samples below `events/samples`, by name. */
export const readSamples = (root: string): Samples => {
  const folder = join(root, 'events', 'samples');
  if (!existsSync(folder)) return {};
  const files = (readdirSync(folder, { recursive: true }) as string[]).filter((file) => file.endsWith('.json')).sort();
  return Object.fromEntries(
    files.map((file) => [file.slice(0, -'.json'.length).replaceAll(sep, '/'), parse(join(folder, file))]),
  );
};

const releasedFile = (root: string) => join(root, 'events', 'released.json');

/** The formats as last released, or undefined where none are recorded. */
export const readReleased = (root: string): Released | undefined => {
  const file = releasedFile(root);
  return existsSync(file) ? (parse(file) as Released) : undefined;
};

const said = ({ event, fault, fix }: Fault): readonly string[] => [`${event}: ${fault}`, `  ${fix}`];
const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;

/**
 * `foldstream contracts`: fails where a stored format changed against the last release, or a sample is missing or no longer reads.
 * With `release` it records the formats of today in events/released.json, but only when nothing is wrong with them.
 */
export const contractsVerb = ({ manifest, root, release = false, write = writeFileSync }: ContractsOptions) => {
  const samples = readSamples(root);
  const released = readReleased(root);
  const { faults, notes } = checkContracts(manifest, released ?? {}, samples, release);
  const present = presentFormats(manifest, samples);
  const size = `${count(present.length, 'event type')} in ${count(present.flatMap(({ versions }) => versions).length, 'version')}`;
  const lines = [...notes, ...faults.flatMap(said)];
  if (faults.length > 0)
    return { ok: false, lines: [...lines, `${count(faults.length, 'fault')}.${release ? ' Nothing was released.' : ''}`] };
  if (release) {
    write(releasedFile(root), `${JSON.stringify(toReleased(present), null, 2)}\n`);
    return { ok: true, lines: [...lines, `${size} released: commit events/released.json.`] };
  }
  if (!released)
    return {
      ok: false,
      lines: [
        ...lines,
        'events/released.json is not there: restore it, or before the first release run `foldstream contracts --release`.',
      ],
    };
  return { ok: true, lines: [...lines, `${size}: as released, and every sample reads as it did.`] };
};
