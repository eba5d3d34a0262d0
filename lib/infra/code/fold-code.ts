import { dirname } from 'node:path';
import { build } from 'esbuild';
import { effectCategory } from '../../core/effect/decider.ts';
import type { Manifest } from '../../core/manifest.ts';
import { effectsOf } from '../../core/process/decider.ts';
import { ownModule, pathOf, projectCode } from './bundle.ts';
import type { FoldHashes } from './fold-hashes.ts';
import { hashOfCode, homeOf, modulesOf } from './manifest-modules.ts';

/**
 * For each category, a hash of the code that folds its streams: the module that exports its decider with all that it imports, and the
 * kernel's fold. Snapshots are kept under it, so that changed code never reads a state that other code folded. For a decider that no
 * module exports the manifest itself is taken: the hash then changes more often than it must, never too seldom.
 */
export const foldCode = async ({ aggregates, processes = [] }: Manifest, manifestModule: string | URL): Promise<FoldHashes> => {
  const entry = pathOf(manifestModule);
  const modules = await modulesOf(entry);
  const hashes = [...aggregates, ...processes].map(async (folded) => {
    const kernel = [
      ...(processes.some((process) => process === folded) ? [kernelProcess] : []),
      ...('tags' in folded ? [kernelTags] : []),
    ];
    return [folded.category, await hashOf(homeOf(folded, modules)?.path ?? entry, kernel)] as const;
  });
  const performances = effectsOf({ processes }).map(
    async ({ name }) => [effectCategory(name), await hashOf(ownModule('core/effect/performance'), [])] as const,
  );
  return Object.fromEntries(await Promise.all([...hashes, ...performances]));
};

/** The decider of a process is made by the kernel, of what the process's module declares. */
const kernelProcess = `export { processDecider as kernelProcess } from ${JSON.stringify(ownModule('core/process/decider'))};`;

/** The streams of tags, whose states are kept under the hash of the category that decides on them, are folded by the kernel and the tags' declarations. */
const kernelTags = `export { tagDecider as kernelTags } from ${JSON.stringify(ownModule('core/tag/stream'))};`;

const hashOf = async (module: string, kernel: readonly string[]): Promise<string> => {
  const entry = [
    `export * from ${JSON.stringify(module)};`,
    `export { fold as kernelFold } from ${JSON.stringify(ownModule('core/decider'))};`,
    `export { readEvent as kernelRead } from ${JSON.stringify(ownModule('core/version'))};`,
    ...kernel,
  ].join('\n');
  const { outputFiles, metafile } = await build({
    ...projectCode(module),
    stdin: { contents: entry, resolveDir: dirname(module), sourcefile: 'fold-code.ts' },
  });
  return hashOfCode(outputFiles[0]?.text, metafile, module);
};
