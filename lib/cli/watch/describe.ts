import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { namedBy } from '../../core/decider.ts';
import { revisionKey } from '../../core/deployed-names.ts';
import type { Manifest } from '../../core/manifest.ts';
import { foldCode } from '../../infra/code/fold-code.ts';
import { homeOf, modulesOf } from '../../infra/code/manifest-modules.ts';
import { projectionCode } from '../../infra/code/projection-code.ts';
import { loadProject, loadSettings, type ManifestModule } from '../project.ts';
import { projectRoot } from '../project-root.ts';
import { explain, UserError } from '../terminal/user-error.ts';
import type { Part } from './change.ts';
import { shapeOf } from './shape.ts';

type Codes = Readonly<Record<string, string>>;

/** A manifest as only somebody who has loaded it can describe it. */
export type Loaded = Readonly<{
  shape: string;
  homes: ReadonlyMap<Part, string>;
  /** The parts that a part needs beside those that its source imports. */
  uses: ReadonlyMap<Part, readonly Part[]>;
  fold: Codes;
  rows: Codes;
}>;

export const deciderPart = (category: string): Part => `decider ${category}`;
export const viewPart = (revision: string): Part => `view ${revision}`;
export const processPart = (category: string): Part => `process ${category}`;

const homesOf = async (
  { aggregates, projections, processes = [] }: Manifest,
  module: ManifestModule,
): Promise<Loaded['homes']> => {
  const modules = await modulesOf(fileURLToPath(module));
  const parts = [
    ...aggregates.map((each) => [deciderPart(each.category), each] as const),
    ...projections.map((each) => [viewPart(revisionKey(each)), each] as const),
    ...processes.map((each) => [processPart(each.category), each] as const),
  ];
  return new Map(
    parts.flatMap(([part, value]) => {
      const home = homeOf(value, modules)?.path;
      // What the manifest's own file exports belongs to everything.
      return home === undefined || home === fileURLToPath(module) ? [] : [[part, home] as const];
    }),
  );
};

/** Loads a manifest and describes it. A thread does it once: modules that it has loaded stay as they were. */
const describeNow = async (module: ManifestModule): Promise<Loaded> => {
  const { manifest } = await loadProject(module);
  const [settings, cdkJson] = [
    await loadSettings(module),
    await readFile(join(projectRoot(), 'cdk.json'), 'utf8').catch(() => ''),
  ];
  const [homes, fold, rows] = await Promise.all([
    homesOf(manifest, module),
    foldCode(manifest, module),
    projectionCode(manifest, module),
  ]);
  const uses = new Map(
    manifest.aggregates.map((decider) => [deciderPart(decider.category), namedBy(decider).map(deciderPart)] as const),
  );
  return { shape: JSON.stringify([shapeOf(manifest), shapeOf(settings), cdkJson]), homes, uses, fold, rows };
};

type Answer = Readonly<{ loaded: Loaded }> | Readonly<{ fault: string }>;

/** Describes the manifest as its files are now, in a thread of its own. Throws an error for the user if it cannot be loaded. */
export const describe = async (module: ManifestModule): Promise<Loaded> => {
  const worker = new Worker(new URL(import.meta.url), { workerData: { describe: module } });
  try {
    const answer = await new Promise<Answer>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`It ended with ${code} while it was loaded.`)));
    });
    if ('fault' in answer) throw new UserError(answer.fault);
    return answer.loaded;
  } finally {
    await worker.terminate();
  }
};

const asked = (workerData as Readonly<{ describe?: ManifestModule }> | null)?.describe;
if (parentPort && asked !== undefined) {
  const answer: Answer = await describeNow(asked).then(
    (loaded) => ({ loaded }),
    (error: unknown) => ({ fault: explain(error) }),
  );
  parentPort.postMessage(answer);
}
