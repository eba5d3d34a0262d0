import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildInto, repository } from './build.ts';
import { publicTypes } from './public-types.ts';

/** Where the public types are recorded: a file for each entry. */
export const recordFolder = join(repository, 'release', 'public-types');

type Exports = Readonly<Record<string, string | Readonly<{ types: string }>>>;

/** The records of a built package, by the name of their file: `foldstream-testing-ports.txt`. */
export const recordsOf = (built: string): Readonly<Record<string, string>> => {
  const { name, exports } = JSON.parse(readFileSync(join(built, 'package.json'), 'utf8')) as { name: string; exports: Exports };
  const entries = Object.entries(exports).flatMap(([entry, target]) =>
    typeof target === 'string'
      ? []
      : [[`${name}${entry.slice(1).replaceAll('/', '-')}.txt`, publicTypes(built, target.types.slice(2))]],
  );
  return Object.fromEntries(entries);
};

/** `npm run record:types`: records the public types as they are now. */
const record = async (): Promise<void> => {
  const built = await mkdtemp(join(tmpdir(), 'foldstream-types-'));
  try {
    await buildInto(built);
    rmSync(recordFolder, { recursive: true, force: true });
    mkdirSync(recordFolder);
    for (const [file, text] of Object.entries(recordsOf(built))) writeFileSync(join(recordFolder, file), text);
    console.log('Recorded. Read the difference in release/public-types, and commit it with the change that made it.');
  } finally {
    await rm(built, { recursive: true });
  }
};

if (import.meta.main) await record();
