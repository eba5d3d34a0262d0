import { commitStore } from '../../aws/store/commit-store.ts';
import { systemClock, systemKeys } from '../../aws/system.ts';
import type { AnyDecider } from '../../core/decider.ts';
import type { Manifest } from '../../core/manifest.ts';
import { storedDecidersOf } from '../../core/reservation.ts';
import { parseStream } from '../../core/stream.ts';
import { fillFrom } from '../../engine/history/fill-tags.ts';
import { claimImported } from '../../engine/history/import-claims.ts';
import { type Imported, importHistory } from '../../engine/history/import-history.ts';
import { type FormatsOf, type ImportLine, type LineReading, readImportLine } from '../../engine/history/import-line.ts';
import { turns } from '../../engine/history/turns.ts';
import type { Clock, Keys, Store } from '../../engine/ports.ts';
import { withoutSnapshots } from '../loading.ts';
import { connect } from '../stack.ts';
import { count, listed, type Print, some } from '../terminal/lines.ts';
import type { Bar } from '../terminal/progress.ts';
import { printedLog } from '../texts.ts';
import { filesOf, linesOfFile } from './export-lines.ts';

export type ImportOptions = Readonly<{ manifest: Manifest; path: string; stack?: string }>;

/** The store that receives an import. */
type ImportedInto = Readonly<{ store: Store; keys: Keys; clock: Clock }>;

/** Files read in parallel. */
const filesAtOnce = 16;
const claimsAtOnce = { atOnce: 16, mostWaiting: 500 };

const formatsIn = (manifest: Manifest): FormatsOf => {
  const deciders = new Map<string, Pick<AnyDecider, 'events'>>(
    storedDecidersOf(manifest).map((decider) => [decider.category, decider]),
  );
  return (category) => deciders.get(category)?.events;
};

/** Reads every line before anything is written, and prints those that cannot be imported. Returns the number of commits. */
const check = async (files: readonly string[], reading: LineReading, print: Print, bar: Bar): Promise<number | undefined> => {
  let [commits, faults] = [0, 0];
  for (const file of files)
    for await (const { number, text } of linesOfFile(file)) {
      try {
        if (readImportLine(text, reading)) commits += 1;
      } catch (cause) {
        faults += 1;
        if (faults <= listed) print(`${file}, line ${number}: ${(cause as Error).message}.`);
      }
      bar.show({ done: commits });
    }
  if (faults === 0) return commits;
  bar.end(`${count(faults, 'line')} cannot be imported. Nothing was written.`);
  return undefined;
};

async function* linesIn(files: readonly string[], reading: LineReading): AsyncGenerator<ImportLine> {
  for (const file of files)
    for await (const { text } of linesOfFile(file)) {
      const line = readImportLine(text, reading);
      if (line) yield line;
    }
}

/** Claims the unique values of the imported streams. Returns those that other streams have already, as lines for a person. */
const claimAll = async (manifest: Manifest, { streams }: Imported, { store, keys, clock }: ImportedInto, mark: string) => {
  const unique = new Map(manifest.aggregates.filter((decider) => decider.unique).map((decider) => [decider.category, decider]));
  const common = { ...withoutSnapshots, store, keys, clock, mark, log: printedLog(() => {}) };
  let claimed = 0;
  const taken: string[] = [];
  const { take, ended } = turns(claimsAtOnce);
  for (const stream of streams) {
    const decider = unique.get(parseStream(stream)?.category ?? '');
    if (!decider) continue;
    await take(stream, async () => {
      for (const claim of await claimImported({ ...common, decider }, stream)) {
        claimed += claim.did === 'claimed' ? 1 : 0;
        if (claim.did === 'taken') taken.push(`${stream}: its ${claim.name} is ${claim.by}'s already.`);
      }
    });
  }
  await ended();
  return { claimed, taken };
};

/** Imports files into a store. Returns true if all commits are there now. */
export const importFiles = async (
  manifest: Manifest,
  files: readonly string[],
  target: ImportedInto,
  print: Print,
  bar: (title: string) => Bar,
): Promise<boolean> => {
  const reading = { formatsOf: formatsIn(manifest), clock: target.clock };
  const about = await check(files, reading, print, bar('Checking'));
  if (about === undefined) return false;
  const mark = `import/${new Date(target.clock.now()).toISOString()}`;
  const sources = Array.from({ length: Math.min(filesAtOnce, files.length) }, (_, i) =>
    linesIn(
      files.filter((_, n) => n % filesAtOnce === i),
      reading,
    ),
  );
  const importing = bar('Importing');
  const imported = await importHistory({ ...target, mark }, sources, (done) => importing.show({ done, about }));
  const { claimed, taken } = await claimAll(manifest, imported, target, mark);
  const entered = await fillFrom({ ...target, mark, deciders: manifest.aggregates }, imported.streams);
  const { written, skipped, refused, refusals } = imported;
  importing.end(`${written} commits written, ${skipped} there already, ${refused} refused.`);
  if (entered > 0) print(`${count(entered, 'commit')} entered into tags.`);
  if (claimed > 0) print(`${claimed} unique values claimed.`);
  const lines = refusals.map(({ stream, commit, reason }) => `${stream}: commit ${commit} was refused: ${reason}.`);
  for (const line of some([...lines.sort(), ...taken.sort()])) print(line);
  return refusals.length + taken.length === 0;
};

/** `foldstream import`: imports a history, from an export or from elsewhere. Returns true if all commits are there now. */
export const importVerb = async (
  { manifest, path, stack }: ImportOptions,
  print: Print,
  bar: (title: string) => Bar,
): Promise<boolean> => {
  const files = filesOf(path);
  const { client, commits, control } = await connect(stack);
  const target = { store: commitStore(client, commits), keys: systemKeys(client, control), clock: systemClock };
  return importFiles(manifest, files, target, print, bar);
};
