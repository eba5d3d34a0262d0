import { dirname, join, normalize, relative } from 'node:path/posix';
import { type Fence, fencesOf } from '../../docs/site/markdown.ts';
import { repository } from '../../docs/site/repository.ts';

const sources = repository();

export const { read } = sources;

/** Pages whose blocks are checked. A decision shows code as it was when the decision was made. */
export const pages: readonly string[] = [...sources.files].filter(
  (path) => path.endsWith('.md') && !path.startsWith('docs/decisions/') && !path.startsWith('.') && path !== 'CHANGELOG.md',
);

export const fences: readonly Fence[] = pages.flatMap((page) => fencesOf(page, read(page)));

export const where = ({ page, line }: Pick<Fence, 'page' | 'line'>): string => `${page}:${line}`;

/**
 * The classes of blocks, by language and the first word after it. Each block belongs to one of them, and each class has its check. Of those of the shell,
 * `sh` is run against a deployment of the reference application, with $API and $TOKEN, the blocks of a page one after another (`test/long-http/shell.test.ts`);
 * `sh project` in a created project (`test/create/journey.test.ts`); `sh python` with the program beside it (`test/long-http/described.test.ts`). No test
 * runs `sh checked` and `sh aws`: each is listed with the reason in `not-run.ts`. In all of them, verbs, flags, scripts and settings are compared with the real ones.
 */
export const classes = [
  'ts',
  'json',
  'yaml',
  'python',
  'sh',
  'sh project',
  'sh python',
  'sh checked',
  'sh aws',
  'mermaid',
  'text',
] as const;

export type Class = (typeof classes)[number];

export const classOf = ({ language, info }: Fence): Class | undefined => {
  if (language === '') return 'text';
  const name = [language, info.split(' ')[0]].filter((word) => word && !word.includes('=')).join(' ');
  return classes.find((one) => one === name);
};

/** A comment `<!-- ts ... -->` above a block has the code around it: the block stands in place of the line `// here`, or after all of it. */
const framed = ({ text, above }: Fence): string => {
  if (!above?.startsWith(' ts\n')) return text;
  const frame = above.slice(' ts\n'.length);
  return /^.*\/\/ here$/m.test(frame) ? frame.replace(/^.*\/\/ here$/m, () => text) : `${frame}\n${text}`;
};

const named = ({ info }: Fence): string | undefined => /(?:^| )file=(\S+)/.exec(info)?.[1];

const imported = /((?:from|import)\s*\(?\s*')(\.{1,2}\/[^']+)(')/g;

/** The blocks of code as files below a folder, each page in one of its own, so that a block can import what an earlier one on its page made. */
export const asFiles = (folder: string): ReadonlyMap<string, string> => {
  const code = fences.filter((fence) => classOf(fence) === 'ts' && !fence.info.includes('from='));
  const files = new Map<string, string>();
  for (const fence of code) {
    const own = `${folder}/${fence.page.replace(/\.md$/, '')}`;
    const pretended = named(fence) ?? `block-${fence.line}.ts`;
    const ofPage = new Set(code.filter(({ page }) => page === fence.page).flatMap((other) => named(other) ?? []));
    const place = join(own, pretended);
    const text = framed(fence).replace(imported, (whole, before, path, after) => {
      const target = normalize(join(dirname(pretended), path));
      if (ofPage.has(target)) return whole;
      return `${before}${relative(dirname(place), target)}${after}`;
    });
    const head = `// ${where(fence)}\n`;
    files.set(place, `${files.get(place) ?? ''}${head}${text}\nexport {};\n`);
  }
  return files;
};
