import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  type Clients,
  markReplaced,
  type RunningFunction,
  replaceCode,
  restoreCode,
  runningFunctions,
  updated,
} from '../../aws/deployment/running-functions.ts';
import { type PackedTexts, zip } from '../../aws/deployment/zip.ts';
import { foldHashesLine } from '../../infra/code/fold-hashes.ts';
import { bundlerErrors, type HotCode, hotCode } from '../../infra/code/hot-code.ts';
import type { ManifestModule } from '../project.ts';
import { projectRoot } from '../project-root.ts';
import { explain } from '../terminal/user-error.ts';
import { describe, type Loaded } from './describe.ts';
import { contentOf, savedSince, watchFolders } from './files.ts';
import { changeLoop, type LoopPorts, type Tried, type Version } from './loop.ts';
import { deployedAs } from './parts.ts';
import { typeCheckOf } from './types.ts';

export type WatchOptions = Readonly<{
  clients: Clients;
  stack: string;
  module: ManifestModule;
  /** The folder with one file for each step; the default is the package's own. */
  functions?: string;
  /** A folder for what the compiler remembers. */
  folder: string;
  signal: AbortSignal;
  /** Deploys the project as it is now. */
  deploy: () => Promise<unknown>;
  /** When the running deployment was begun: what was saved since then may not be in it. */
  since: Date;
}>;

type Made = Version & Readonly<{ hot: HotCode; loaded: Loaded }>;

const entryFile = 'index.mjs';

/** The files of a function. The hashes of its code stand in it, those of views' rows too: replaced code goes without a change of variables. */
const filesOf = (files: ReadonlyMap<string, string>, { fold, rows }: Loaded): ReadonlyMap<string, string> => {
  const short = Object.fromEntries(Object.entries(rows).map(([revision, hash]) => [revision, hash.slice(0, 16)]));
  const set = [
    foldHashesLine(fold),
    `if(process.env.ROW_CODES)process.env.ROW_CODES=${JSON.stringify(JSON.stringify(short))};`,
  ].join('');
  return new Map([...files, [entryFile, `${set}\n${files.get(entryFile)}`]]);
};

/** Saves come in bursts: an editor's own, and those of a formatter. */
const burst = 40;

const at = 8;

/** Runs some work for all, a few at a time. */
const forAll = async <T>(all: readonly T[], work: (each: T) => Promise<unknown>): Promise<void> => {
  const left = [...all];
  const worker = async () => {
    for (let each = left.shift(); each !== undefined; each = left.shift()) await work(each);
  };
  await Promise.all(Array.from({ length: at }, worker));
};

const shown = (file: string): string => relative(projectRoot(), file);

/** The first errors of the bundler, as the compiler would print them. */
const saidBy = (failure: unknown): string => {
  const errors = bundlerErrors(failure).map(({ text, file, line, column }) =>
    file === undefined ? text : `${shown(file)}(${line},${column}): error: ${text}`,
  );
  return errors.length > 0 ? errors.slice(0, 5).join('\n') : explain(failure);
};

/** The functions of a deployment, and their code. */
const running = (clients: Clients, stack: string) => {
  let functions: readonly RunningFunction[] = [];
  const marked = new Set<string>();
  const packed: PackedTexts = new Map();
  return {
    all: () => functions,
    /** Looks the functions up, and gives those their deployed code back that still have another one. */
    settle: async (): Promise<void> => {
      functions = await runningFunctions(clients, stack);
      await forAll(functions, (each) => restoreCode(clients, each));
      marked.clear();
    },
    replace: async ({ hot, loaded }: Made, names: readonly string[]): Promise<void> => {
      const archives = new Map<string, Buffer>();
      const archiveOf = (step: string) => zip(filesOf(hot.steps.get(step)?.files ?? new Map(), loaded), packed);
      // Functions that answer commands come first.
      const wanted = functions.filter(({ name }) => names.includes(name));
      const first = wanted.filter(({ variables }) => variables.CATEGORY !== undefined);
      await forAll([...new Set([...first, ...wanted])], async (each) => {
        const step = each.variables.POWERTOOLS_SERVICE_NAME ?? '';
        const known = archives.get(step) ?? archiveOf(step);
        archives.set(step, known);
        if (!marked.has(each.name)) await markReplaced(clients, each);
        marked.add(each.name);
        await replaceCode(clients, each, known);
      });
      await forAll(wanted, ({ name }) => updated(clients, name));
    },
  };
};

/** Compiles, bundles and describes a project's files as they are now. */
export const maker = async (
  { module, functions, folder, signal }: Pick<WatchOptions, 'module' | 'functions' | 'folder' | 'signal'>,
  all: () => readonly RunningFunction[],
  follow: (files: Iterable<string>) => void,
) => {
  const [bundler, check] = [
    await hotCode({ manifestModule: module, ...(functions !== undefined && { functions }) }),
    typeCheckOf(module, folder),
  ];
  const manifest = fileURLToPath(module);
  const fixed = [manifest, join(dirname(manifest), 'settings.ts'), join(projectRoot(), 'cdk.json')].filter((file) =>
    existsSync(file),
  );
  let sources: readonly string[] = fixed;
  const make = async (checked = true): Promise<Tried<Made>> => {
    const work = [bundler.build(), describe(module), checked ? check?.(signal) : undefined] as const;
    const [hot, loaded, types] = await Promise.allSettled(work);
    if (hot.status === 'rejected') {
      // An import may wait for a file that is not there yet.
      follow([...sources, ...bundlerErrors(hot.reason).flatMap(({ missing }) => missing ?? [])]);
      return { fault: saidBy(hot.reason) };
    }
    sources = [...new Set([...fixed, ...hot.value.graph.keys()])];
    follow(sources);
    if (types.status === 'rejected') throw types.reason;
    if (types.value !== undefined) return { fault: types.value };
    if (loaded.status === 'rejected') return { fault: explain(loaded.reason) };
    const steps = new Map([...hot.value.steps].map(([step, { hash }]) => [step, hash] as const));
    const { shape, homes, rows } = loaded.value;
    const deployed = all().flatMap((each) => deployedAs(each, loaded.value, new Set(steps.keys())) ?? []);
    const { graph, roots } = hot.value;
    const contents = await contentOf(sources);
    return {
      version: { shape, steps, sources: contents, graph, roots, homes, rows, deployed, hot: hot.value, loaded: loaded.value },
    };
  };
  return {
    make,
    contents: () => contentOf(sources),
    count: () => sources.length,
    checks: check !== undefined,
    close: bundler.close,
  };
};

/** Brings each saved change of a project into a deployment that runs its code as it is now, until the signal. `begun` is called once it watches. */
export const watchProject = async (
  options: WatchOptions,
  begun: (line: string) => void,
): Promise<Readonly<{ restore: () => Promise<void> }>> => {
  const { clients, stack, signal, deploy } = options;
  const functions = running(clients, stack);
  await functions.settle();
  let saved = () => {};
  const watcher = watchFolders(() => saved());
  const { make, contents, count, checks, close } = await maker(options, functions.all, watcher.follow);
  try {
    // A deployment checks no types.
    const first = await make(false);
    const same = 'version' in first && !(await savedSince(first.version.sources.keys(), options.since));
    const ports: LoopPorts<Made> = {
      quiet: () => pause(burst),
      contents,
      make: () => make(),
      replace: functions.replace,
      deploy: async () => {
        await deploy();
        await functions.settle();
      },
      print: (line) => signal.aborted || console.log(line),
      now: () => new Date(),
      shown,
    };
    const loop = changeLoop(ports, same ? first.version : undefined);
    saved = loop.saved;
    begun(
      `Watching ${count()} files: save one, and what depends on it is replaced${checks ? '' : ' (types are not checked: the project has no TypeScript)'}.`,
    );
    // Shows errors of the compiler, and brings in what was saved during the deployment.
    saved();
    if (!signal.aborted) await once(signal, 'abort');
    saved = () => {};
    await loop.idle();
    return { restore: functions.settle };
  } finally {
    watcher.close();
    await close();
  }
};
