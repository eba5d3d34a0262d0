import { createHash } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { BuildResult } from 'esbuild';
import { outputsByStep } from './shared-code.ts';

export type File = [name: string, text: string];

/** The package's own folder, in which all is built, and the manifest's. */
type Folders = Readonly<{ home: string; manifestFolder: string }>;

/** The files of each step's function, each with its source map. */
export const filesByStep = (
  { outputFiles, metafile }: BuildResult<{ write: false; metafile: true }>,
  folders: Folders,
): ReadonlyMap<string, readonly File[]> => {
  const texts = new Map(outputFiles.map(({ path, text }) => [relative(folders.home, path), text]));
  const filesOf = ([name, output]: readonly [name: string, output: string]): File[] => {
    const map = portable(texts.get(`${output}.map`) ?? '', join(folders.home, dirname(output)), folders);
    return [
      [name, `${texts.get(output)}//# sourceMappingURL=${name}.map\n`],
      [`${name}.map`, map],
    ];
  };
  return new Map([...outputsByStep(metafile)].map(([step, names]) => [step, [...names].flatMap(filesOf)]));
};

/** A source map names its sources from the bundle's folder on: here they get names that are the same wherever the repository lies. */
const portable = (map: string, from: string, { home, manifestFolder }: Folders): string => {
  const name = (source: string) => {
    const path = resolve(from, source);
    const packaged = path.lastIndexOf(`${sep}node_modules${sep}`);
    if (packaged >= 0) return path.slice(packaged + 1);
    return path.startsWith(home) ? relative(home, path) : join('manifest', relative(manifestFolder, path));
  };
  const { sources, ...rest } = JSON.parse(map) as { sources: string[] };
  return JSON.stringify({ ...rest, sources: sources.map(name) });
};

/** Writes a bundle into a folder named by its content, so that parallel builds make the same folder. */
export const keep = async (files: File[], out: string, step: string): Promise<string> => {
  const folder = join(out, `${step}-${createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16)}`);
  const draft = `${folder}.${process.pid}`;
  await mkdir(draft, { recursive: true });
  await Promise.all(files.map(([name, text]) => writeFile(join(draft, name), text)));
  await rename(draft, folder).catch(() => rm(draft, { recursive: true }));
  return folder;
};
