import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { exportInto } from '../../lib/cli/history/export.ts';
import { filesOf, linesOf } from '../../lib/cli/history/export-lines.ts';
import { importFiles } from '../../lib/cli/history/import.ts';
import type { Commit } from '../../lib/core/commit.ts';
import type { Manifest } from '../../lib/core/manifest.ts';
import type { Sealing } from '../../lib/engine/personal/ports.ts';
import { verifyStream } from '../../lib/engine/store/verify.ts';
import { memoryScanner } from '../../lib/testing/memory/sweep.ts';
import { memoryProofs } from '../../lib/testing/memory/system.ts';
import type { memoryTable } from './examples/commanding.ts';

export type Table = ReturnType<typeof memoryTable>;

const silent = { show: () => {}, end: () => {} };

/** A folder of the test file's own, which goes when its tests are over. */
export const scratchFolder = (name: string): string => {
  const folder = mkdtempSync(join(tmpdir(), `foldstream-${name}-`));
  afterAll(() => rmSync(folder, { recursive: true }));
  return folder;
};

let made = 0;

/** The commits of a table in memory as the command exports them. Answers the folder of the parts. */
export const exported = async (
  { store }: Pick<Table, 'store'>,
  scratch: string,
  over: Readonly<{ anonymise?: (commit: Commit) => Commit }> = {},
): Promise<string> => {
  const folder = join(scratch, `export-${made++}`);
  const source = {
    ...over,
    table: 'commits',
    store,
    scanner: memoryScanner(store),
    about: 0,
    now: () => '2026-11-21T12:00:00.000Z',
  };
  await exportInto(folder, { segments: 3 }, source, silent);
  return folder;
};

/** Imports a file or a folder as the command does. Answers whether all is there, and what the command said. */
export const importing = async (
  table: Table & Readonly<{ personal?: Sealing; keepSealed?: boolean }>,
  path: string,
  manifest: Manifest,
) => {
  const said: string[] = [];
  const print = (line: string) => said.push(line);
  const importingBar = { show: () => {}, end: print };
  // Marks tell when: two imports are never at the same moment.
  table.clock.advance(1_000);
  const ok = await importFiles(manifest, filesOf(path), table, print, () => importingBar);
  return { ok, said };
};

/** The lines of an export in one order, without what an import adds. */
export const linesIn = async (folder: string): Promise<readonly string[]> => {
  const lines: string[] = [];
  for await (const { text } of linesOf(folder)) lines.push(text.replace(/"imported":"[^"]*",/, ''));
  return lines.sort();
};

/** Every stream's hash chain holds. */
export const verified = async ({ store, keys }: Pick<Table, 'store' | 'keys'>): Promise<void> => {
  for (const stream of new Set(store.stored().map((commit) => commit.stream)))
    expect(await verifyStream(store, { keys, proofs: memoryProofs() }, stream)).not.toHaveProperty('fault');
};
