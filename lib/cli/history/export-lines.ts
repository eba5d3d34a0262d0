import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UserError } from '../terminal/user-error.ts';
import { isFinished, isPart, readSheet } from './export-sheet.ts';

/** A line of a file, by its number from 1. */
export type Line = Readonly<{ file: string; number: number; text: string }>;

/** The files that an export consists of: itself, or the parts of a folder, which must be there to the last. */
export const filesOf = (path: string): readonly string[] => {
  if (!existsSync(path)) throw new UserError(`${path} does not exist.`, 'Name a file or a folder that foldstream export wrote.');
  if (!statSync(path).isDirectory()) return [path];
  const sheet = readSheet(path);
  if (sheet && !isFinished(sheet))
    throw new UserError(`${path} is an incomplete export.`, 'Run the same foldstream export again: it continues.');
  const parts = readdirSync(path).filter(isPart).sort();
  if (parts.length === 0) throw new UserError(`${path} contains no part of an export.`, 'Parts end in .ndjson or .ndjson.gz.');
  return parts.map((part) => join(path, part));
};

/** The lines of a file. */
export async function* linesOfFile(file: string): AsyncGenerator<Line> {
  const raw = createReadStream(file);
  // Errors of the file and of its compression are thrown where the result is read.
  const bytes = file.endsWith('.gz') ? pipeline(raw, createGunzip(), () => {}) : raw;
  let rest = '';
  let number = 0;
  try {
    for await (const chunk of bytes.setEncoding('utf8')) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const text of lines) {
        number += 1;
        if (text.trim() !== '') yield { file, number, text };
      }
    }
  } catch (cause) {
    throw new UserError(`${file} cannot be read to its end: ${(cause as Error).message}.`, 'Copy or export it again.', { cause });
  }
  if (rest.trim() !== '') yield { file, number: number + 1, text: rest };
}

/** All lines of an export, a file or a folder of parts. */
export async function* linesOf(path: string): AsyncGenerator<Line> {
  for (const file of filesOf(path)) yield* linesOfFile(file);
}
