import { readdir } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { consoleFile, domainFile, inBrowser, packedDomain, scriptOf, siteFile } from './console-files.ts';
import { type FoldHashes, foldHashesLine } from './fold-hashes.ts';
import { besideEachOther } from './shared-code.ts';
import { type File, filesByStep, keep } from './step-files.ts';

/** The package's own folder: this repository, or `node_modules/foldstream` of a project, where everything is compiled. */
const home = fileURLToPath(new URL('../../..', import.meta.url));
const extension = extname(fileURLToPath(import.meta.url));

/** One of the package's own modules, named from `lib` on and without its extension. */
export const ownModule = (name: string): string => join(home, 'lib', `${name}${extension}`);

/** The sources of the functions. */
export type BundleSource = Readonly<{
  /** The module that exports the manifest: a path or a file URL. */
  manifestModule: string | URL;
  /** False for a manifest without personal values: its functions are bundled without what seals and opens them. With some, only those that append have a
   * bundle without it beside the other one. */
  hasPersonal?: boolean;
  /** The effects that seal or open personal values; the functions of others are bundled without what does. All, if nothing is said. */
  personalEffects?: readonly string[];
  /** The folder with one file for each step. */
  functions?: string;
  /** The folder of the bundles, each in a folder named by its content. */
  out?: string;
  /** True for bundles of several files, of which what functions share is made once: a fraction of the work, for a local cloud. */
  isShared?: boolean;
}>;

/** The folder of each step's bundle. */
export type Bundles = Readonly<Record<string, string>>;

export const pathOf = (module: string | URL): string =>
  module instanceof URL || module.startsWith('file:') ? fileURLToPath(module) : resolve(module);

/** Options of every bundle; no tsconfig is read, so that the same source makes the same bundle in any folder. */
export const compiled = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minify: true,
  legalComments: 'none',
  mainFields: ['module', 'main'],
  tsconfigRaw: { compilerOptions: { target: 'es2024', verbatimModuleSyntax: true } },
  absWorkingDir: home,
  write: false,
  metafile: true,
  logLevel: 'error',
} as const satisfies BuildOptions;

/** Resolves `#manifest`, which the handlers import, to the deployer's module. */
const manifestIs = (manifestModule: string): Plugin => ({
  name: 'manifest',
  setup: ({ onResolve }) => onResolve({ filter: /^#manifest$/ }, () => ({ path: manifestModule })),
});

/** The script with the domain's code that the console's worker runs. */
export const domainOptions = (manifestModule: string | URL) =>
  inBrowser(compiled, ownModule('console/worker'), [manifestIs(pathOf(manifestModule))]);

/** The files that lie beside the code of a step, by its name: those of the console, and the domain's code, which operators are handed. */
const besideCode = async (
  steps: readonly string[],
  { manifestModule }: BundleSource,
): Promise<Readonly<Record<string, File[]>>> => {
  const [console, ops] = await Promise.all([
    steps.includes('console') ? siteFile() : undefined,
    steps.includes('ops') ? scriptOf(() => build(domainOptions(manifestModule))).then(packedDomain) : undefined,
  ]);
  return {
    ...(console !== undefined && { console: [[consoleFile, console]] }),
    ...(ops !== undefined && { ops: [[domainFile, ops]] }),
  };
};

/** Leaves every package outside but this one: what a view or a decider takes from the kernel is code that its rows and states follow from. */
const onlyOwnPackage: Plugin = {
  name: 'only-own-package',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^[^./#]/ }, ({ path, kind }) =>
      kind === 'entry-point' || isAbsolute(path) || /^foldstream(\/|$)/.test(path) ? undefined : { path, external: true },
    ),
};

/** Options of a bundle of a project's own code with what it uses of this package. */
export const projectCode = (manifest: string) =>
  ({ ...compiled, plugins: [manifestIs(manifest), onlyOwnPackage] }) as const satisfies BuildOptions;

/** Functions have their credentials in the environment alone. */
const credentials: Plugin = {
  name: 'credentials',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, () => ({ path: ownModule('aws/function-credentials') })),
};

const absent = '?absent';

/** The SDK has a SHA-256 of its own for a Node that was built without cryptography. Lambda's is not. */
const withCrypto: Plugin = {
  name: 'with-crypto',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^\.\/Sha256Js$/ }, ({ importer, resolveDir, path }) =>
      importer.endsWith('Sha256Node.js') ? { path: join(resolveDir, `${path}.js`), suffix: absent } : undefined,
    );
    onLoad({ filter: /Sha256Js\.js$/ }, ({ suffix }) =>
      suffix === absent ? { contents: 'export const Sha256Js = undefined;' } : undefined,
    );
  },
};

/** The steps that append, and seal what is personal of it. */
const appending: readonly string[] = ['command', 'hook', 'react', 'schedule'];

/** The name of the bundle of a step for functions that append nothing personal, where the manifest has personal values elsewhere. */
export const withoutKeysStep = (step: string): string => `${step}-without-keys`;

/** A function without personal values needs no client of KMS. */
const withoutKeys: Plugin = {
  name: 'without-keys',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/personal\/deployed\.[jt]s$/ }, () => ({ path: ownModule('aws/personal/without-keys') })),
};

// CommonJS packages inside an ES module ask for node's own modules by `require`, which there is none of.
const banner = "import{createRequire as foldstreamRequire}from'node:module';const require=foldstreamRequire(import.meta.url);";

const isModule = (file: string): boolean => /(?<!\.d)\.[jt]s$/.test(file);

/** The folder of the adapters of a manifest's effects, beside the manifest: each is the default export of a file with the effect's name. */
const adaptersBeside = (manifestModule: string): string => join(dirname(manifestModule), 'adapters');

/** The name of the step of an effect. */
export const effectStep = (effect: string): string => `effect-${effect}`;

const modulesIn = async (folder: string): Promise<readonly string[]> => {
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return files.filter(isModule).sort();
};

const entryPrefix = 'effect-adapter:';
const namespace = 'effect';

/** The source that an entry of a bundle is made of. */
export const sourceOfEntry = (entry: string): string => entry.replace(new RegExp(`^${entryPrefix}`), '');

/** True for an input of a bundle that has no file. */
export const isMade = (input: string): boolean => input.startsWith(`${namespace}:`);

/** The function of an effect is made of its adapter: it has no file. */
const effectFunctions = (isPersonal: (effect: string) => boolean): Plugin => ({
  name: 'effect-functions',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: new RegExp(`^${entryPrefix}`) }, ({ path }) => ({
      path: sourceOfEntry(path),
      namespace,
    }));
    onLoad({ filter: /.*/, namespace }, ({ path }) => {
      const personal = isPersonal(nameOf(path));
      const lines = [
        `import { effectHandler } from ${JSON.stringify(ownModule('aws/functions/outside/effect'))};`,
        ...(personal ? [`import * as personal from ${JSON.stringify(ownModule('aws/personal/deployed'))};`] : []),
        "import { manifest } from '#manifest';",
        `import adapter from ${JSON.stringify(path)};`,
        `export const handler = effectHandler(manifest, adapter${personal ? ', personal' : ''});`,
      ];
      return { contents: lines.join('\n'), resolveDir: dirname(path) };
    });
  },
});

const nameOf = (file: string): string => basename(file, extname(file));

/** The steps of a deployment by their names, and the options of a bundle of them all. */
export const functionCode = async ({
  manifestModule,
  hasPersonal = true,
  personalEffects,
  functions = join(home, 'functions'),
}: BundleSource) => {
  const isPersonal = (effect: string) => hasPersonal && (personalEffects?.includes(effect) ?? true);
  const adapters = adaptersBeside(pathOf(manifestModule));
  const entries = [
    ...(await readdir(functions)).filter(isModule).map((file) => ({ step: nameOf(file), in: join(functions, file) })),
    ...(await modulesIn(adapters)).map((file) => ({
      step: effectStep(nameOf(file)),
      in: `${entryPrefix}${join(adapters, file)}`,
    })),
  ];
  const options = {
    ...compiled,
    entryPoints: entries.map((entry) => ({ in: entry.in, out: join(entry.step, 'index') })),
    outdir: join(home, 'dist'),
    outExtension: { '.js': '.mjs' },
    banner: { js: banner },
    plugins: [
      manifestIs(pathOf(manifestModule)),
      credentials,
      withCrypto,
      effectFunctions(isPersonal),
      ...(hasPersonal ? [] : [withoutKeys]),
    ],
  } as const satisfies BuildOptions;
  const keyless = entries.filter(({ step }) => hasPersonal && appending.includes(step));
  const withoutKeysOptions = {
    ...options,
    entryPoints: keyless.map((entry) => ({ in: entry.in, out: join(withoutKeysStep(entry.step), 'index') })),
    plugins: [...options.plugins, withoutKeys],
  };
  return {
    steps: [...entries.map(({ step }) => step), ...keyless.map(({ step }) => withoutKeysStep(step))],
    options,
    withoutKeysOptions,
  };
};

/**
 * Bundles every step's function once, with the hashes of the code that folds each category (`foldCode`). The same sources make the same bytes on any machine
 * and in any folder; with `isShared`, in the same folder.
 */
export const bundle = async ({
  out,
  fold,
  isShared = false,
  ...source
}: BundleSource & Readonly<{ fold: FoldHashes }>): Promise<Bundles> => {
  const manifest = pathOf(source.manifestModule);
  const { steps, options, withoutKeysOptions } = await functionCode(source);
  const banner = { js: `${options.banner.js}${foldHashesLine(fold)}` };
  const built = await Promise.all(
    [options, withoutKeysOptions].map((each) =>
      build({ ...each, ...(isShared && besideEachOther(each)), banner, sourcemap: 'external', sourcesContent: false }),
    ),
  );
  const beside = await besideCode(steps, source);
  const files = new Map(built.flatMap((each) => [...filesByStep(each, { home, manifestFolder: dirname(manifest) })]));
  const folders = steps.map(async (step) => {
    const all = [...(files.get(step) ?? []), ...(beside[step] ?? [])].sort();
    return [step, await keep(all, out ?? join(process.cwd(), '.cache', 'bundles'), step)];
  });
  return Object.fromEntries(await Promise.all(folders));
};
