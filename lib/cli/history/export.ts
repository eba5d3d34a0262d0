import { createHmac, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { commitScanner } from '../../aws/store/commit-scanner.ts';
import { commitStore } from '../../aws/store/commit-store.ts';
import { aboutCommits } from '../../aws/store/count.ts';
import type { Commit } from '../../core/commit.ts';
import type { Manifest } from '../../core/manifest.ts';
import { storedDecidersOf } from '../../core/reservation.ts';
import { isCategory } from '../../core/stream.ts';
import { anonymiser, isLeftOut } from '../../engine/history/anonymise.ts';
import { exportSegment } from '../../engine/history/export-segment.ts';
import type { Scanner, Store } from '../../engine/ports.ts';
import { connect } from '../stack.ts';
import type { Print } from '../terminal/lines.ts';
import { tryLock } from '../terminal/lock.ts';
import type { Bar } from '../terminal/progress.ts';
import { UserError } from '../terminal/user-error.ts';
import { forgetPlaces, openPart, type Part } from './export-part.ts';
import { isFinished, partName, readSheet, type Sheet, writeSheet } from './export-sheet.ts';

export type ExportOptions = Readonly<{
  out: string;
  category?: string;
  segments: number;
  /** With made-up values in the place of personal ones, as the formats of this manifest declare them. */
  anonymised?: Manifest;
  stack?: string;
}>;

/** The source of an export. A member of the compressed file has about `memberBytes` bytes of lines. */
type Source = Readonly<{
  table: string;
  scanner: Scanner;
  store: Pick<Store, 'read'>;
  about: number;
  now: () => string;
  memberBytes?: number;
  /** Commits with made-up values in the place of personal ones: of an anonymised export. */
  anonymise?: (commit: Commit) => Commit;
}>;

type Wanted = Pick<Sheet, 'table' | 'category' | 'segments' | 'anonymised'>;

const isFile = (out: string) => /\.(?:gz|ndjson|jsonl)$/.test(out);
const same = (a: Wanted, b: Wanted) =>
  a.table === b.table && a.category === b.category && a.segments === b.segments && a.anonymised === b.anonymised;

/** The sheet of the export that the folder holds already, if it is the same one, or a new sheet. */
const sheetOf = (folder: string, wanted: Wanted, now: string): Sheet => {
  const there = readSheet(folder);
  if (there && !same(there, wanted))
    throw new UserError(
      `${folder} holds another export: of ${there.table}, ${there.category ?? 'all categories'}, in ${there.segments} segments${there.anonymised ? ', anonymised' : ''}.`,
      'Continue that export with the same options, or choose another --out.',
    );
  return there ?? { ...wanted, startedAt: now };
};

/** Exports the missing parts into a folder, and returns the sheet. */
export const exportInto = async (
  folder: string,
  { category, segments }: Pick<ExportOptions, 'category' | 'segments'>,
  { table, scanner, store, about, now, memberBytes, anonymise }: Source,
  bar: Bar,
): Promise<Sheet> => {
  mkdirSync(folder, { recursive: true });
  const lock = tryLock(join(folder, '.lock'), 'export');
  if (!lock.taken) throw new UserError(`Process ${lock.holder.pid} exports into ${folder} already.`, 'Wait for it, or stop it.');
  const parts: Part[] = [];
  try {
    const wanted = {
      table,
      segments,
      ...(category !== undefined && { category }),
      ...(anonymise && { anonymised: true as const }),
    };
    const sheet = sheetOf(folder, wanted, now());
    if (isFinished(sheet)) {
      // The run that finished the export may have ended before it removed these.
      forgetPlaces(folder, sheet.segments);
      return sheet;
    }
    writeSheet(folder, sheet);
    // Its secret ended with the run that was interrupted, so that what is there would not go together with the rest.
    if (anonymise) forgetPlaces(folder, segments);
    for (let segment = 0; segment < segments; segment++)
      parts.push(await openPart(folder, segment, segments, { memberBytes, as: anonymise }));
    const show = () => {
      const ended = parts.filter(({ place }) => place.after === 'end').length;
      bar.show({ done: parts.reduce((sum, { place }) => sum + place.seen, 0), about, more: `${ended} of ${segments} segments` });
    };
    const work = async (part: Part, segment: number) => {
      const { after } = part.place;
      if (after === 'end') return;
      const exporting = {
        scanner,
        store,
        order: part.order,
        ...(category !== undefined && { category }),
        ...(anonymise && { leftOut: isLeftOut }),
      };
      for await (const exported of exportSegment(exporting, { segment, of: segments, ...(after && { after }) })) {
        await part.write(exported);
        show();
      }
    };
    show();
    await Promise.all(parts.map(work));
    const finished = {
      ...sheet,
      finishedAt: now(),
      commits: parts.reduce((sum, { place }) => sum + place.commits, 0),
      streams: parts.reduce((sum, { order }) => sum + order.streams(), 0),
      holes: parts.flatMap(({ place }) => place.holes),
    };
    writeSheet(folder, finished);
    forgetPlaces(folder, segments);
    return finished;
  } finally {
    await Promise.all(parts.map((part) => part.close()));
    lock.release();
  }
};

/** The parts one behind the other: gzip members may be. */
async function* joined(folder: string, segments: number) {
  for (let segment = 0; segment < segments; segment++) yield* createReadStream(join(folder, partName(segment, segments)));
}

const joinInto = async (file: string, folder: string, segments: number): Promise<void> => {
  const draft = `${file}.draft`;
  const out = createWriteStream(draft);
  if (file.endsWith('.gz')) await pipeline(joined(folder, segments), out);
  else await pipeline(joined(folder, segments), createGunzip(), out);
  renameSync(draft, file);
  rmSync(folder, { recursive: true });
};

/** Made-up values under a secret that is nowhere but in this process. */
const anonymising = (manifest: Manifest) => {
  const secret = randomBytes(32);
  const mac = (text: string) => createHmac('sha256', secret).update(text).digest('hex');
  return { anonymise: anonymiser(storedDecidersOf(manifest), mac) };
};

/**
 * `foldstream export`: writes the commits as newline-delimited CloudEvents, each stream's in order. An interrupted export continues when it is run
 * again. Returns false if a stream has gaps.
 */
export const exportHistory = async (
  { out, category, segments, anonymised, stack }: ExportOptions,
  print: Print,
  barOf: (title: string) => Bar,
): Promise<boolean> => {
  if (category !== undefined && !isCategory(category))
    throw new UserError(`'${category}' is not a category: a category has letters only.`);
  const folder = isFile(out) ? `${out}.parts` : out;
  if (isFile(out) && existsSync(out)) throw new UserError(`${out} exists already.`, 'Choose another --out, or remove it first.');
  const { client, commits: table } = await connect(stack);
  const source = {
    table,
    scanner: commitScanner(client, table),
    store: commitStore(client, table),
    about: await aboutCommits(client, table)(),
    now: () => new Date().toISOString(),
    ...(anonymised && anonymising(anonymised)),
  };
  const bar = barOf('Exporting');
  const {
    commits = 0,
    streams = 0,
    holes = [],
  } = await exportInto(folder, { segments, ...(category !== undefined && { category }) }, source, bar);
  if (isFile(out)) await joinInto(out, folder, segments);
  bar.end(`${commits} commits of ${streams} streams are in ${out}.`);
  for (const { stream, commit } of holes)
    print(`${stream}: commit ${commit} is missing in the table. Run foldstream verify ${stream}.`);
  return holes.length === 0;
};
