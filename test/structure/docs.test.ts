import { dirname, join, normalize } from 'node:path/posix';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { anchorOf, anchorsOf, fencesOf, linksOf, proseOf } from '../../docs/site/markdown.ts';
import { deadLinks, sitePages, sitePictures } from '../../docs/site/pages.ts';
import { entries, reference } from '../../docs/site/reference.ts';
import { repository } from '../../docs/site/repository.ts';
import { sidebar, unplaced } from '../../docs/site/sidebar.ts';
import { manifest } from '../../domains/index.ts';
import { commandLine } from '../../lib/cli/foldstream.ts';
import { problemKinds } from '../../lib/core/problem.ts';
import { operationsOf } from '../../lib/http/openapi/document.ts';

const sources = repository();
const { read } = sources;
const files = [...sources.files];

const pages = files.filter((file) => file.endsWith('.md') && file !== 'CHANGELOG.md');
/** Decisions may name files as they were called when the decision was made. */
const guides = pages.filter((file) => !file.startsWith('docs/decisions/'));
/** Files that a tutorial tells its reader to make. */
const toBeMade = new Set([
  'events/complaint.ts',
  'domains/complaint/decider.ts',
  'test/domains/complaint.test.ts',
  'domains/account/projections/turnover.ts',
  'test/domains/account-turnover.test.ts',
  'turnover.r1.ts',
  'events/samples/complaint/ComplaintSolved.v1.json',
]);

const anchorsIn = (page: string) => anchorsOf(read(page));

const isFolder = (path: string) => files.some((file) => file.startsWith(`${path}/`));
const exists = (path: string) => files.includes(path) || isFolder(path) || path === '.';

const linkFaults = (page: string): readonly string[] =>
  linksOf(read(page)).flatMap(({ path, anchor }) => {
    const target = path === '' ? page : normalize(join(dirname(page), path)).replace(/\/$/, '');
    if (!exists(target)) return [`${page} links to ${path}, which does not exist`];
    const isFound = anchor === undefined || !target.endsWith('.md') || anchorsIn(target).has(anchor);
    return isFound ? [] : [`${page} links to ${path}#${anchor}: there is no such heading`];
  });

/** Text that looks like a file of this repository: a path from its root, or the bare name of a source file. */
const named = /`((?:(?:lib|test|docs|bin|functions|events|domains|release)\/[\w./-]*[\w-]\/?)|[\w-]+(?:\.[\w-]+)*\.ts)`/g;
const pathFaults = (page: string): readonly string[] =>
  [...proseOf(read(page)).matchAll(named)].flatMap(([, name = '']) => {
    const path = name.replace(/\/$/, '');
    const isThere = path.includes('/') ? exists(path) || exists(`${path}.ts`) : files.some((file) => file.endsWith(`/${path}`));
    return isThere || toBeMade.has(path) ? [] : [`${page} names ${name}, which does not exist`];
  });

describe('the documentation', () => {
  it('links to files and headings that exist', () => {
    expect(pages.length).toBeGreaterThan(50);
    expect(pages.flatMap(linkFaults)).toEqual([]);
  });

  it('names files and folders that exist, and tells nobody to make one that does: in a clone that would write over it', () => {
    expect(guides.flatMap(pathFaults)).toEqual([]);
    expect([...toBeMade].filter(exists)).toEqual([]);
  });
});

describe('the site', () => {
  const generated = reference(sources);
  const site = sitePages(sources, generated);
  const pictures = new Set(sitePictures(sources).map((path) => path.slice('docs/'.length)));

  it('has a page for whatever its pages link to, code as well', () => {
    expect([...site.keys()]).toContain('source/domains/transfer/process.ts.md');
    expect(deadLinks(site, pictures)).toEqual([]);
  });

  it('shows each page at its place in the reading order', () => {
    expect(unplaced(site)).toEqual([]);
    const listed = JSON.stringify(sidebar(site));
    const missing = [...site.keys()].filter(
      (place) => !/^(index|source\/)/.test(place) && !listed.includes(`/${place.replace(/(index)?\.md$/, '')}"`),
    );
    expect(missing).toEqual([]);
  });

  it('has a page made of the code for each verb, problem, route and export', () => {
    const page = (name: string) => generated.get(`reference/${name}.md`) ?? '';
    const sections = (name: string) => page(name).split(/^## /m).slice(1);
    const verbs = (command: Command): readonly string[] => command.commands.flatMap((one) => [one.name(), ...verbs(one)]);
    for (const verb of verbs(commandLine())) expect(page('command-line')).toContain(` ${verb}\n`);
    for (const kind of Object.keys(problemKinds)) expect(page('problems')).toContain(`| \`${kind}\` |`);
    for (const { method, path } of operationsOf(manifest))
      expect(page('routes')).toContain(`\`${method.toUpperCase()} ${path}\``);
    for (const entry of entries) {
      const name = entry.replaceAll('/', '-');
      const exported = /^exports (.*)$/m.exec(read(`release/public-types/${name}.txt`))?.[1]?.split(', ') ?? [];
      const own = exported.filter((one) => /^\w+$/.test(one));
      expect(
        sections(name)
          .map((section) => section.split('\n')[0])
          .sort(),
        entry,
      ).toEqual([...own].sort());
    }
  });

  it('has for each export of the main entry the sentence and the example of its source', () => {
    const sections = (generated.get('reference/foldstream.md') ?? '').split(/^## /m).slice(1);
    expect(sections.length).toBeGreaterThan(80);
    const bare = sections.filter((section) => !/^\w+\n\n\S/.test(section) || section.split('```ts').length < 3);
    expect(bare.map((section) => section.split('\n')[0])).toEqual([]);
  });

  it('needs no generator for a diagram, which would load megabytes', () => {
    const fences = [...site].flatMap(([place, text]) => (place.startsWith('source/') ? [] : fencesOf(place, text)));
    expect(fences.filter(({ language }) => language === 'mermaid')).toEqual([]);
  });
});

describe('links of pages', () => {
  it.each([['a second heading of the same name', '## Out\n\n## Out', 'out-1']])('%s', (_, markdown, anchor) =>
    expect([...anchorsOf(markdown)]).toContain(anchor),
  );

  it('lead to headings by the names that GitHub gives them', () =>
    expect(anchorOf('See [here](x.md), `now`')).toBe('see-here-now'));

  it('are found outside of blocks and comments alone', () =>
    expect(linksOf('[a](a.md#b)\n\n<!-- [b](b.md) -->\n\n```md\n[c](c.md)\n```\n')).toEqual([{ path: 'a.md', anchor: 'b' }]));

  it('are reported when they lead nowhere', () => {
    const pages = new Map([['a.md', '# A\n[b](./b.md#x) [c](./c.md) [a](#a)']]);
    expect(deadLinks(new Map([...pages, ['b.md', '# B']]), new Set())).toEqual([
      'a.md links to ./b.md#x: there is no such heading',
      'a.md links to ./c.md, which is no page of the site',
    ]);
  });
});
