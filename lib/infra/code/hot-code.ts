import { createHash } from 'node:crypto';
import { dirname, relative, resolve, sep } from 'node:path';
import { type BuildFailure, type BuildResult, context, type Metafile } from 'esbuild';
import { type BundleSource, compiled, domainOptions, functionCode, isMade, sourceOfEntry } from './bundle.ts';
import { consoleFile, domainFile, packedDomain, scriptOf, siteFile } from './console-files.ts';
import { besideEachOther, outputsByStep } from './shared-code.ts';

/** The files of one step's function by their names in its folder, and a hash of them. */
export type HotStep = Readonly<{ hash: string; files: ReadonlyMap<string, string> }>;

/** For each source of the functions, packages left out, the sources that it imports. */
export type SourceGraph = ReadonlyMap<string, readonly string[]>;

export type HotCode = Readonly<{
  steps: ReadonlyMap<string, HotStep>;
  graph: SourceGraph;
  /** The sources that nothing else of the graph has to import. */
  roots: readonly string[];
}>;

const packaged = (path: string) => path.split(sep).includes('node_modules');

/** The imports of each source of the functions. */
const importsOf = ({ inputs }: Metafile): SourceGraph => {
  const pathOf = (input: string) => resolve(compiled.absWorkingDir, input);
  return new Map(
    Object.entries(inputs)
      .filter(([input]) => !isMade(input))
      .map(([input, { imports }]) => [
        pathOf(input),
        imports.filter(({ external }) => !external).map(({ path }) => pathOf(path)),
      ]),
  );
};

/** The sources outside of packages, and those of them that are begun with: by esbuild itself, or by a package, as an installed Foldstream does. */
const projectOf = (imports: SourceGraph, entries: readonly string[]): Pick<HotCode, 'graph' | 'roots'> => {
  const own = (paths: readonly string[]) => paths.filter((path) => !packaged(path));
  const begun = [...imports].flatMap(([path, each]) => (packaged(path) ? own(each) : []));
  return {
    graph: new Map(own([...imports.keys()]).map((path) => [path, own(imports.get(path) ?? [])])),
    roots: [...new Set([...own(entries), ...begun])],
  };
};

/** Files that lie beside the code of a step, by the step's name. */
type Beside = Readonly<Record<string, readonly (readonly [name: string, text: string])[]>>;

const hotSteps = (
  { outputFiles = [], metafile }: BuildResult<{ write: false; metafile: true }>,
  beside: Beside,
): HotCode['steps'] => {
  const texts = new Map(outputFiles.map(({ path, text }) => [relative(compiled.absWorkingDir, path), text]));
  return new Map(
    [...outputsByStep(metafile)].map(([step, names]) => {
      const files = new Map([
        ...[...names].map(([name, output]) => [name, texts.get(output) ?? ''] as const),
        ...(beside[step] ?? []),
      ]);
      const hash = createHash('sha256')
        .update(JSON.stringify([...files]))
        .digest('hex');
      return [step, { hash, files }] as const;
    }),
  );
};

/** An error of the bundler: in which file, at which place, and the path that was imported and not found. */
export type BundlerError = Readonly<{ text: string; file?: string; line?: number; column?: number; missing?: string }>;

/** The errors of a build that failed, with whole paths; none if it failed for another reason. */
export const bundlerErrors = (failure: unknown): readonly BundlerError[] => {
  const { errors = [] } = failure as Partial<BuildFailure>;
  return errors.map(({ text, location }) => {
    if (!location) return { text };
    const file = resolve(compiled.absWorkingDir, location.file);
    const wanted = /^Could not resolve "(\.[^"]*)"/.exec(text)?.[1];
    const missing = wanted === undefined ? {} : { missing: resolve(dirname(file), wanted) };
    return { text, file, line: location.line, column: location.column + 1, ...missing };
  });
};

/**
 * Bundles the functions again and again, each time only as far as files have changed. What several functions share is in files of its own, and nothing
 * is minified: a tenth of the work of `bundle`, whose bytes only a deployment needs.
 */
export const hotCode = async (source: BundleSource) => {
  const { options } = await functionCode(source);
  const settings = { ...options, ...besideEachOther(options), minify: false, sourcemap: false, logLevel: 'silent' } as const;
  const building = await context(settings);
  const domain = await context({ ...domainOptions(source.manifestModule), minify: false });
  const entries = settings.entryPoints.map((entry) => sourceOfEntry(entry.in));
  return {
    build: async (): Promise<HotCode> => {
      const [result, script, site] = await Promise.all([building.rebuild(), scriptOf(() => domain.rebuild()), siteFile()]);
      const beside = { ops: [[domainFile, await packedDomain(script)]], console: [[consoleFile, site]] } as const;
      return { steps: hotSteps(result, beside), ...projectOf(importsOf(result.metafile), entries) };
    },
    close: async () => {
      await Promise.all([building.dispose(), domain.dispose()]);
    },
  };
};
