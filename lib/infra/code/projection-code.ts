import { dirname } from 'node:path';
import { build } from 'esbuild';
import { revisionKey } from '../../core/deployed-names.ts';
import { performanceRows } from '../../core/effect/performances-view.ts';
import { logWriters } from '../../core/event-log.ts';
import type { Manifest } from '../../core/manifest.ts';
import { registerWriters } from '../../core/personal/register.ts';
import { instanceRows } from '../../core/process/instances-view.ts';
import { type AnyProjection, handledTypes, sourcesOf } from '../../core/projection.ts';
import type { Source } from '../../core/version.ts';
import { ownModule, pathOf, projectCode } from './bundle.ts';
import { onlyHandled, timesIn } from './handled-formats.ts';
import { hashOfCode, homeOf, type Module, modulesOf } from './manifest-modules.ts';

/** The place where a view names its sources. */
const from = /\bfrom: (?:\[[\w$,\s]*\]|[\w$]+)/g;

/**
 * The code without the formats of the events that the view does not handle, which do not affect its rows. They stay if the code uses its
 * source for more than `from`.
 */
const narrowedTo = async (projection: AnyProjection, code: string, { category, events }: Source): Promise<string> => {
  const declared = new RegExp(`^var ([\\w$]+) = \\{\\s*category: "${category}",\\s*events(?:: ([\\w$]+))?\\s*\\};$`, 'm').exec(
    code,
  );
  if (!declared || timesIn(code.replaceAll(from, ''), declared[1]!) !== 1) return code;
  return onlyHandled(code, {
    variable: declared[2] ?? 'events',
    types: Object.keys(events),
    handled: handledTypes(projection),
  });
};

type Origin = Readonly<{ path: string; lines: readonly string[] }>;

const line = (path: string, name: string, as: string) => `export { ${name} as ${as} } from ${JSON.stringify(path)};`;

/** An event log's rows follow from the kernel, from which categories it reads, and from the formats only where it keeps data. */
const originOfLog = (projection: AnyProjection, modules: readonly Module[]): Origin | undefined => {
  const [write] = Object.values(projection.on);
  if (write !== logWriters.bare && write !== logWriters.full) return undefined;
  const path = ownModule('core/event-log');
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

/** The module that declares a view, and its exports; the kernel's own views belong to the kernel. */
const originOf = (projection: AnyProjection, modules: readonly Module[]): Origin | undefined => {
  if (projection.on === instanceRows) {
    const path = ownModule('core/process/instances-view');
    return {
      path,
      lines: [line(path, 'instanceRows', 'projection'), line(ownModule('core/process/events'), 'processEvents', 'formats')],
    };
  }
  if (projection.on === performanceRows) {
    const path = ownModule('core/effect/performances-view');
    return {
      path,
      lines: [line(path, 'performanceRows', 'projection'), line(ownModule('core/effect/events'), 'effectEvents', 'formats')],
    };
  }
  if (Object.values(projection.on)[0] === registerWriters.hold) {
    // A category or a type that is added adds rows and changes none; stored events are read as they are.
    const path = ownModule('core/personal/register');
    return { path, lines: [line(path, 'registerWriters', 'projection')] };
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
  { projections }: Manifest,
  manifestModule: string | URL,
): Promise<Readonly<Record<string, string>>> => {
  const manifest = pathOf(manifestModule);
  const modules = await modulesOf(manifest);
  const hashOf = async (projection: AnyProjection): Promise<string> => {
    const home = originOf(projection, modules);
    const importer = home?.path ?? manifest;
    const compile = (contents: string, minify: boolean) =>
      build({
        ...projectCode(manifest),
        minify,
        stdin: { contents, resolveDir: dirname(importer), sourcefile: 'projection-code.ts' },
      });
    const readable = await compile(home ? home.lines.join('\n') : `export * from ${JSON.stringify(manifest)};`, false);
    let narrowed = readable.outputFiles[0]?.text ?? '';
    for (const source of sourcesOf(projection)) narrowed = await narrowedTo(projection, narrowed, source);
    const code = await compile(narrowed, true);
    return hashOfCode(code.outputFiles[0]?.text, code.metafile, importer);
  };
  const hashes = projections.map(async (projection) => [revisionKey(projection), await hashOf(projection)] as const);
  return Object.fromEntries(await Promise.all(hashes));
};
