import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type { AnyDecider } from '../../core/decider.ts';
import { revisionKey } from '../../core/deployed-names.ts';
import { logWriters } from '../../core/event-log.ts';
import type { Manifest } from '../../core/manifest.ts';
import { instanceRows } from '../../core/process/instances-view.ts';
import { type AnyProjection, handledTypes, sourcesOf } from '../../core/projection.ts';
import { compiled, manifestIs, pathOf } from './bundle.ts';
import { onlyHandled } from './handled-formats.ts';
import { hashOfCode, homeOf, type Module, modulesOf } from './manifest-modules.ts';

/** A decider as views need it: its category, and the module that exports its formats. */
type Stub = Readonly<{
  decider: AnyDecider;
  module: string;
  name: string;
  alias: string;
  formats: Readonly<{ path: string; name: string }>;
}>;

/** Deciders that can be stood for; one whose formats no module exports stays as it is. */
const stubsOf = (aggregates: readonly AnyDecider[], modules: readonly Module[]): readonly Stub[] =>
  aggregates.flatMap((decider, i) => {
    const [home, formats] = [homeOf(decider, modules), homeOf(decider.events, modules)];
    return home && formats ? [{ decider, module: home.path, name: home.name, alias: `foldstreamSource${i}`, formats }] : [];
  });

/**
 * Puts a category and its formats in the place of deciders: the code is looked at, and never run. The modules' other exports stay; what a module does beside defining them counts only
 * where something else of it is used.
 */
const standIns = (stubs: readonly Stub[]): Plugin => ({
  name: 'stand-ins',
  setup: ({ onResolve, onLoad, resolve: find }) => {
    const own = Symbol('own');
    onResolve({ filter: /./ }, async ({ path, pluginData, namespace, ...rest }) => {
      if (pluginData === own) return undefined;
      const found = await find(path, { ...rest, pluginData: own });
      const isStub = namespace !== 'stand-in' && stubs.some(({ module }) => module === found.path);
      if (isStub) return { path: found.path, namespace: 'stand-in' };
      return stubs.some(({ module }) => module === found.path) ? { path: found.path, sideEffects: false } : undefined;
    });
    onLoad({ filter: /./, namespace: 'stand-in' }, ({ path }) => {
      const real = JSON.stringify(path);
      const lines = stubs
        .filter(({ module }) => module === path)
        .flatMap(({ decider, name, alias, formats }) => [
          `import { ${formats.name} as ${alias}Events } from ${JSON.stringify(formats.path)};`,
          `const ${alias} = { category: ${JSON.stringify(decider.category)}, foldstreamFormats: ${alias}Events };`,
          `export { ${alias} as ${name} };`,
        ]);
      return { contents: [`export * from ${real};`, ...lines].join('\n'), resolveDir: dirname(path), loader: 'js' };
    });
  },
});

/** Where nothing but a decider's category and formats is looked at. */
const asSource = /(?:\bfrom: |\baggregates: )(?:\[[\w$,\s]*\]|[\w$]+)/g;

/** Those that the code uses as sources alone: whatever else it may do with a decider, such as to fold by its evolve, takes the real one. */
const merelyNamed = (code: string, stubs: readonly Stub[]): readonly Stub[] => {
  const rest = code.replaceAll(asSource, '');
  return stubs.filter(({ alias }) => !new RegExp(`(?<!var )\\b${alias}\\b`).test(rest));
};

/** The code without the formats of events that the projection does not handle: of them no row is made. */
const narrowedTo = (projection: AnyProjection, code: string, { alias, decider }: Stub): string => {
  const variable = new RegExp(`^var ${alias} = \\{ category: "\\w+", foldstreamFormats: ([\\w$]+) \\};$`, 'm').exec(code)?.[1];
  const types = Object.keys(decider.events);
  return variable === undefined ? code : onlyHandled(code, { variable, types, handled: handledTypes(projection) });
};

const core = (file: string) => fileURLToPath(new URL(`../../core/${file}`, import.meta.url));

type Origin = Readonly<{ path: string; lines: readonly string[] }>;

const line = (path: string, name: string, as: string) => `export { ${name} as ${as} } from ${JSON.stringify(path)};`;

/** An event log's rows follow from the kernel, from which categories it reads, and from the formats only where it keeps data. */
const originOfLog = (projection: AnyProjection, modules: readonly Module[]): Origin | undefined => {
  const [write] = Object.values(projection.on);
  if (write !== logWriters.bare && write !== logWriters.full) return undefined;
  const path = core('event-log.ts');
  const categories = sourcesOf(projection)
    .map(({ category }) => category)
    .sort();
  const common = [
    line(path, 'logWriters', 'projection'),
    `export const categories = ${JSON.stringify([categories, write === logWriters.full])};`,
  ];
  if (write === logWriters.bare) return { path, lines: common };
  const formats = sourcesOf(projection).map(({ events }) => homeOf(events, modules));
  if (formats.includes(undefined)) return undefined;
  return { path, lines: [...common, ...formats.flatMap((home, i) => (home ? [line(home.path, home.name, `formats${i}`)] : []))] };
};

/** The module that a projection comes from, and what is exported from it; the kernel's own views are the kernel's. */
const originOf = (projection: AnyProjection, modules: readonly Module[]): Origin | undefined => {
  if (projection.on === instanceRows) {
    const path = core('process/instances-view.ts');
    return {
      path,
      lines: [line(path, 'instanceRows', 'projection'), line(core('process/events.ts'), 'processEvents', 'formats')],
    };
  }
  const log = originOfLog(projection, modules);
  if (log) return log;
  const home = homeOf(projection, modules);
  return home && { path: home.path, lines: [line(home.path, home.name, 'projection')] };
};

/**
 * For each revision of a projection (`account-balance.r1`), a hash of the code that makes its rows: the declaration with all that it
 * imports, and the formats of the events that it handles with their upcasters. Comments, formatting and what a decider decides are not in it. For a projection that
 * no module exports the manifest itself is taken: the hash then changes more often than it must, never too seldom.
 */
export const projectionCode = async (
  { aggregates, projections }: Manifest,
  manifestModule: string | URL,
): Promise<Readonly<Record<string, string>>> => {
  const manifest = pathOf(manifestModule);
  const modules = await modulesOf(manifest);
  const stubs = stubsOf(aggregates, modules);
  const hashOf = async (projection: AnyProjection): Promise<string> => {
    const home = originOf(projection, modules);
    const bundled = (stand: readonly Stub[]) =>
      build({
        ...compiled,
        minify: false,
        stdin: {
          contents: home ? home.lines.join('\n') : `export * from ${JSON.stringify(manifest)};`,
          resolveDir: dirname(home?.path ?? manifest),
          sourcefile: 'projection-code.ts',
        },
        packages: 'external',
        plugins: [manifestIs(manifest), standIns(stand)],
      });
    const textOf = async (stand: readonly Stub[]) => (await bundled(stand)).outputFiles[0]?.text ?? '';
    const named = merelyNamed(await textOf(stubs), stubs);
    const narrowed = named.reduce((text, stub) => narrowedTo(projection, text, stub), await textOf(named));
    const code = await build({
      ...compiled,
      stdin: { contents: narrowed, resolveDir: dirname(home?.path ?? manifest), sourcefile: 'projection-code.js' },
      packages: 'external',
    });
    return hashOfCode(code.outputFiles[0]?.text, code.metafile, home?.path ?? manifest);
  };
  const hashes = projections.map(async (projection) => [revisionKey(projection), await hashOf(projection)] as const);
  return Object.fromEntries(await Promise.all(hashes));
};
