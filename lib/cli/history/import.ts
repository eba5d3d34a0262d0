import { hpkeBox } from '../../aws/personal/box.ts';
import { sealingKeys } from '../../aws/personal/subject-keys.ts';
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
import { foreignValues, importSealing } from '../../engine/history/import-seal.ts';
import { turns } from '../../engine/history/turns.ts';
import { cachedSealing } from '../../engine/personal/cached.ts';
import type { Sealing } from '../../engine/personal/ports.ts';
import type { Clock, Keys, Store } from '../../engine/ports.ts';
import { withoutSnapshots } from '../loading.ts';
import { connect } from '../stack.ts';
import { subjectsKeys } from '../subjects-keys.ts';
import { count, listed, type Print, some } from '../terminal/lines.ts';
import type { Bar } from '../terminal/progress.ts';
import { printedLog } from '../texts.ts';
import { filesOf, linesOfFile } from './export-lines.ts';

export type ImportOptions = Readonly<{ manifest: Manifest; path: string; keepSealed?: true; stack?: string }>;

/** The store that receives an import. */
type ImportedInto = Readonly<{
  store: Store;
  keys: Keys;
  clock: Clock;
  /** What plain values are sealed with: of a deployment whose events have personal values. */
  personal?: Sealing;
  /** Values that another deployment sealed are taken as they are. */
  keepSealed?: boolean;
}>;

/** Files read in parallel. */
const filesAtOnce = 16;
const claimsAtOnce = { atOnce: 16, mostWaiting: 500 };

const formatsIn = (manifest: Manifest): FormatsOf => {
  const deciders = new Map<string, Pick<AnyDecider, 'events'>>(
    storedDecidersOf(manifest).map((decider) => [decider.category, decider]),
  );
  return (category) => deciders.get(category)?.events;
};

/** How lines are read, and looked at before anything is written. */
type Checking = Readonly<{ reading: LineReading; foreign?: ReturnType<typeof foreignValues> }>;

/** Reads every line before anything is written, and prints those that cannot be imported. Returns the number of commits. */
const check = async (
  files: readonly string[],
  { reading, foreign }: Checking,
  print: Print,
  bar: Bar,
): Promise<number | undefined> => {
  let [commits, faults] = [0, 0];
  for (const file of files)
    for await (const { number, text } of linesOfFile(file)) {
      try {
        const line = readImportLine(text, reading);
        const subject = line && (await foreign?.(line));
        if (subject !== undefined)
          throw new Error(
            `its personal values of ${subject} were sealed by another deployment, and nobody could read them here; export with --anonymised, or import with --keep-sealed to keep them as they are`,
          );
        if (line) commits += 1;
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
  const { personal, keepSealed, ...stored } = target;
  const reading = { formatsOf: formatsIn(manifest), clock: target.clock, seals: personal !== undefined };
  const foreign = keepSealed ? {} : { foreign: foreignValues(personal?.keys) };
  const about = await check(files, { reading, ...foreign }, print, bar('Checking'));
  if (about === undefined) return false;
  const mark = `import/${new Date(target.clock.now()).toISOString()}`;
  const sources = Array.from({ length: Math.min(filesAtOnce, files.length) }, (_, i) =>
    linesIn(
      files.filter((_, n) => n % filesAtOnce === i),
      reading,
    ),
  );
  const importing = bar('Importing');
  const loading = { ...withoutSnapshots, ...stored, log: printedLog(() => {}) };
  const sealing = personal && importSealing({ sealing: personal, deciders: storedDecidersOf(manifest), loading });
  const imported = await importHistory({ ...stored, mark, ...(sealing && { sealing }) }, sources, (done) =>
    importing.show({ done, about }),
  );
  const { claimed, taken } = await claimAll(manifest, imported, target, mark);
  const entered = await fillFrom({ ...stored, mark, deciders: manifest.aggregates }, imported.streams);
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
  { manifest, path, keepSealed, stack }: ImportOptions,
  print: Print,
  bar: (title: string) => Bar,
): Promise<boolean> => {
  const files = filesOf(path);
  const connected = await connect(stack);
  const { client, commits, control, outputs, form } = connected;
  const subjects = subjectsKeys(connected, stack);
  const milliseconds = Number(outputs.KeySeconds) * 1_000;
  const target = {
    ...{ store: commitStore(client, commits, { form }), keys: systemKeys(client, control), clock: systemClock },
    ...(subjects && {
      personal: { keys: cachedSealing(sealingKeys(subjects), { clock: systemClock, milliseconds }), box: hpkeBox() },
    }),
    ...(keepSealed && { keepSealed }),
  };
  return importFiles(manifest, files, target, print, bar);
};
