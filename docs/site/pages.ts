import { basename, dirname, extname, join, normalize, relative } from 'node:path/posix';
import { anchorsOf, linksOf, withLinks } from './markdown.ts';

/** The repository as the site sees it: its files by their paths, and how one is read. */
export type Sources = Readonly<{ files: ReadonlySet<string>; read: (path: string) => string }>;

/** Pages of the repository's root that the site has too. The README is left out: the site's first page takes its place. */
const ofTheProject: Readonly<Record<string, string>> = {
  'CHANGELOG.md': 'project/changelog.md',
  'CONTRIBUTING.md': 'project/contributing.md',
  'SECURITY.md': 'project/security.md',
  'README.md': 'index.md',
};

const isPage = (path: string): boolean => path.startsWith('docs/') && path.endsWith('.md');

/** The page's place in the site; undefined for a file that is no page. */
const placeOf = (path: string): string | undefined => {
  if (path in ofTheProject) return ofTheProject[path];
  return isPage(path) ? path.slice('docs/'.length).replace(/(^|\/)README\.md$/, '$1index.md') : undefined;
};

/** A picture of docs/, which the site has as it is. */
const isPicture = (path: string): boolean => /^docs\/.*\.(svg|png)$/.test(path);

const sourcePlace = (path: string): string => `source/${path}.md`;

const languages: Readonly<Record<string, string>> = { '.ts': 'ts', '.json': 'json', '.yml': 'yaml' };

/** A file of code as a page, so that a link to it leads somewhere without a network. */
const sourcePage = (path: string, { files, read }: Sources): string => {
  const head = `---\nsearch: false\nprev: false\nnext: false\n---\n\n# ${basename(path)}\n\n\`${path}\`\n\n`;
  if (files.has(path)) return `${head}\`\`\`\`${languages[extname(path)] ?? 'txt'}\n${read(path)}\`\`\`\`\n`;
  const inside = [...files].filter((file) => file.startsWith(`${path}/`)).sort();
  return `${head}${inside.map((file) => `- \`${file}\``).join('\n')}\n`;
};

const isThere = (path: string, { files }: Sources): boolean =>
  files.has(path) || [...files].some((file) => file.startsWith(`${path}/`));

/** The pages of the site by their places: those in docs/, those of the project, and a page for each file of code that one of them links to. */
export const sitePages = (sources: Sources, generated: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> => {
  const pages = new Map<string, string>(generated);
  const linked = new Set<string>();
  const place = (path: string): string => {
    const known = placeOf(path);
    if (known !== undefined && (sources.files.has(path) || generated.has(known))) return known;
    if (!isThere(path, sources)) return known ?? path;
    if (isPicture(path)) return path.slice('docs/'.length);
    linked.add(path);
    return sourcePlace(path);
  };
  for (const path of sources.files) {
    const own = placeOf(path);
    if (own === undefined || path === 'README.md') continue;
    const toSite = withLinks(sources.read(path), ({ path: to, anchor }) => {
      const target = to === '' ? own : place(normalize(join(dirname(path), to)).replace(/\/$/, ''));
      const way = relative(dirname(own), target) || basename(own);
      return `${to === '' ? '' : way.startsWith('.') ? way : `./${way}`}${anchor ? `#${anchor}` : ''}`;
    });
    pages.set(own, toSite.replace(/<!--[\s\S]*?-->\n*/g, ''));
  }
  for (const path of linked) pages.set(sourcePlace(path), sourcePage(path, sources));
  return pages;
};

/** Pictures and other files of docs/ that pages show. */
export const sitePictures = ({ files }: Sources): readonly string[] => [...files].filter(isPicture);

/** The links of the site's pages that lead to no page, picture or heading of it. */
export const deadLinks = (pages: ReadonlyMap<string, string>, pictures: ReadonlySet<string>): readonly string[] =>
  [...pages].flatMap(([page, text]) =>
    linksOf(text).flatMap(({ path, anchor }) => {
      const target = path === '' ? page : normalize(join(dirname(page), path));
      const there = pages.get(target);
      if (there === undefined) return pictures.has(target) ? [] : [`${page} links to ${path}, which is no page of the site`];
      const isFound = anchor === undefined || anchorsOf(there).has(anchor);
      return isFound ? [] : [`${page} links to ${path}#${anchor}: there is no such heading`];
    }),
  );
