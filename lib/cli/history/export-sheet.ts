import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../terminal/user-error.ts';

/** The description of an export in its folder. Stored format of 2026-11, as `export.json`. */
export type Sheet = Readonly<{
  table: string;
  category?: string;
  segments: number;
  /** With made-up values in the place of personal ones. */
  anonymised?: true;
  startedAt: string;
  /** Absent while the export is incomplete. */
  finishedAt?: string;
  commits?: number;
  streams?: number;
  /** Commits that are missing in the table itself. */
  holes?: readonly Readonly<{ stream: string; commit: number }>[];
}>;

const sheetFile = (folder: string) => join(folder, 'export.json');

/** Writes a file atomically. */
export const writeWhole = (file: string, value: unknown): void => {
  writeFileSync(`${file}.draft`, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(`${file}.draft`, file);
};

export const writeSheet = (folder: string, sheet: Sheet): void => writeWhole(sheetFile(folder), sheet);

export const readSheet = (folder: string): Sheet | undefined => {
  const file = sheetFile(folder);
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Sheet;
  } catch (cause) {
    throw new UserError(`${file} is not JSON.`, 'Export into another folder.', { cause });
  }
};

export const isFinished = ({ finishedAt }: Sheet): boolean => finishedAt !== undefined;

/** Recognises files with lines of an export. */
export const isPart = (name: string): boolean => /\.ndjson(?:\.gz)?$/.test(name);

const digits = (n: number) => String(n).padStart(3, '0');

export const partName = (segment: number, of: number): string => `commits-${digits(segment)}-of-${digits(of)}.ndjson.gz`;
