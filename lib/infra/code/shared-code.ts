import { basename, dirname } from 'node:path';
import type { Metafile } from 'esbuild';

type Outputs = Metafile['outputs'];

/** An output file with all that it imports. */
const closureOf = (outputs: Outputs, from: string, found = new Set<string>()): ReadonlySet<string> => {
  if (found.has(from)) return found;
  found.add(from);
  for (const { path, external } of outputs[from]?.imports ?? []) if (!external) closureOf(outputs, path, found);
  return found;
};

type Entry = Readonly<{ in: string; out: string }>;

/** One folder for all steps: what several share is in files of its own, and is bundled once. */
export const besideEachOther = ({ entryPoints }: Readonly<{ entryPoints: readonly Entry[] }>) => ({
  entryPoints: entryPoints.map((entry) => ({ in: entry.in, out: dirname(entry.out) })),
  splitting: true as const,
});

const stepOf = (entry: string): string => {
  const name = basename(entry, '.mjs');
  return name === 'index' ? basename(dirname(entry)) : name;
};

/** The output files of each step's function by their names in its folder, in which the handler is `index.mjs`. */
export const outputsByStep = ({ outputs }: Metafile): ReadonlyMap<string, ReadonlyMap<string, string>> => {
  const entries = Object.entries(outputs).filter(([, { entryPoint }]) => entryPoint !== undefined);
  return new Map(
    entries.map(([entry]) => {
      const files = [...closureOf(outputs, entry)].sort();
      return [stepOf(entry), new Map(files.map((file) => [file === entry ? 'index.mjs' : basename(file), file]))];
    }),
  );
};
