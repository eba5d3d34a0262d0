import { existsSync, readFileSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Commit } from '../../core/commit.ts';
import { type StreamOrder, streamOrder } from '../../engine/history/export-order.ts';
import type { Exported } from '../../engine/history/export-segment.ts';
import type { ScanPlace } from '../../engine/ports.ts';
import { toLine } from './export-envelope.ts';
import { linesOf } from './export-lines.ts';
import { partName, writeWhole } from './export-sheet.ts';

/** The progress of a part. Bytes behind it were written by a run that ended before it saved its next progress. Stored format of 2026-11. */
type PartPlace = Readonly<{ bytes: number; commits: number; seen: number; after?: ScanPlace | 'end'; holes: Exported['holes'] }>;

export type Part = Readonly<{
  place: PartPlace;
  order: StreamOrder;
  write(exported: Exported): Promise<void>;
  close(): Promise<void>;
}>;

/** Lines are compressed by so many bytes at a time: enough to compress well, little enough to lose. */
const usualMember = 4 * 1024 * 1024;
const compress = promisify(gzip);

const readPlace = (file: string): PartPlace =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as PartPlace) : { bytes: 0, commits: 0, seen: 0, holes: [] };

/** Restores the order from the lines that were written already, so that streams go on where they are. */
const orderOf = async (file: string, { commits }: PartPlace): Promise<StreamOrder> => {
  const order = streamOrder();
  if (commits === 0) return order;
  for await (const { text } of linesOf(file)) {
    const { stream, commit } = (JSON.parse(text) as { data: Commit }).data;
    order.resume(stream, commit);
  }
  return order;
};

const append = async (handle: FileHandle, lines: readonly string[]): Promise<number> => {
  const member = await compress(lines.map((line) => `${line}\n`).join(''));
  await handle.writeFile(member);
  await handle.datasync();
  return member.byteLength;
};

/** `as`: a commit as it is exported. */
type PartOptions = Readonly<{ memberBytes?: number | undefined; as?: ((commit: Commit) => Commit) | undefined }>;

/**
 * Opens a segment's file where an earlier run left it. Only whole gzip members up to the last saved progress count; bytes behind it are cut off and
 * written again. Progress is saved only after its bytes are on disk.
 */
export const openPart = async (
  folder: string,
  segment: number,
  of: number,
  { memberBytes = usualMember, as = (commit) => commit }: PartOptions = {},
): Promise<Part> => {
  const file = join(folder, partName(segment, of));
  const placeFile = `${file}.place`;
  let place = readPlace(placeFile);
  const handle = await open(file, 'a');
  await handle.truncate(place.bytes);
  const order = await orderOf(file, place);
  let lines: string[] = [];
  let waiting = 0;
  let { commits, seen, holes } = place;
  return {
    get place() {
      return { ...place, commits, seen };
    },
    order,
    write: async (exported) => {
      for (const commit of exported.commits) {
        const line = toLine(as(commit));
        lines.push(line);
        waiting += line.length;
      }
      commits += exported.commits.length;
      seen += exported.seen;
      holes = [...holes, ...exported.holes];
      if (exported.place === undefined || (waiting < memberBytes && exported.place !== 'end')) return;
      const bytes = place.bytes + (await append(handle, lines));
      [lines, waiting] = [[], 0];
      place = { bytes, commits, seen, after: exported.place, holes };
      writeWhole(placeFile, place);
    },
    close: () => handle.close(),
  };
};

/** Removes the progress files, once all parts are complete. */
export const forgetPlaces = (folder: string, of: number): void => {
  for (let segment = 0; segment < of; segment++) rmSync(join(folder, `${partName(segment, of)}.place`), { force: true });
};
