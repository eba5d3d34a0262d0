import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path/posix';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter((file) => file !== '' && existsSync(join(root, file)));
const read = (file: string) => readFileSync(join(root, file), 'utf8');

const pages = files.filter((file) => file.endsWith('.md') && file !== 'CHANGELOG.md');
/** Decisions may name files as they were called when the decision was made. */
const guides = pages.filter((file) => !file.startsWith('docs/decisions/'));
/** Files that a tutorial tells its reader to make. */
const toBeMade = new Set([
  'events/ticket.ts',
  'domains/ticket/decider.ts',
  'test/domains/ticket.test.ts',
  'domains/account/projections/turnover.ts',
  'test/domains/account-turnover.test.ts',
  'turnover.r1.ts',
  'events/samples/ticket/TicketSolved.v1.json',
]);

const withoutFences = (text: string) => text.replace(/^[ \t]*```[\s\S]*?^[ \t]*```/gm, '');
/** The name that GitHub gives to a heading. */
const anchor = (heading: string) =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');
const anchorsOf = (page: string) =>
  new Set([...withoutFences(read(page)).matchAll(/^#+ (.*)$/gm)].map(([, text]) => anchor(text!)));

const isFolder = (path: string) => files.some((file) => file.startsWith(`${path}/`));
const exists = (path: string) => files.includes(path) || isFolder(path) || path === '.';

const linkFaults = (page: string): readonly string[] =>
  [...withoutFences(read(page)).matchAll(/\]\((?!https?:|mailto:)([^)\s#]*)(?:#([^)\s]+))?\)/g)].flatMap(([, path = '', to]) => {
    const target = path === '' ? page : normalize(join(dirname(page), path)).replace(/\/$/, '');
    if (!exists(target)) return [`${page} links to ${path}, which does not exist`];
    const isFound = to === undefined || !target.endsWith('.md') || anchorsOf(target).has(to);
    return isFound ? [] : [`${page} links to ${path}#${to}: there is no such heading`];
  });

/** Text that looks like a file of this repository: a path from its root, or the bare name of a source file. */
const named = /`((?:(?:lib|test|docs|bin|functions|events|domains|release)\/[\w./-]*[\w-]\/?)|[\w-]+(?:\.[\w-]+)*\.ts)`/g;
const pathFaults = (page: string): readonly string[] =>
  [...withoutFences(read(page)).matchAll(named)].flatMap(([, name = '']) => {
    const path = name.replace(/\/$/, '');
    const isThere = path.includes('/') ? exists(path) || exists(`${path}.ts`) : files.some((file) => file.endsWith(`/${path}`));
    return isThere || toBeMade.has(path) ? [] : [`${page} names ${name}, which does not exist`];
  });

describe('the documentation', () => {
  it('links to files and headings that exist', () => {
    expect(pages.length).toBeGreaterThan(50);
    expect(pages.flatMap(linkFaults)).toEqual([]);
  });

  it('names files and folders that exist', () => expect(guides.flatMap(pathFaults)).toEqual([]));

  it('shows the real decider in the README', () => {
    const [code = 'no code'] = /(?<=^```ts\n)[\s\S]*?(?=^```)/m.exec(read('README.md')) ?? [];
    expect(read('domains/transfer/decider.ts')).toContain(code);
  });
});
