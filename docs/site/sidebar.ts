import { contents, type Group } from './contents.ts';

export type Item = Readonly<{ text: string; link?: string; items?: readonly Item[]; collapsed?: boolean }>;

const titleOf = (text: string): string => /^# (.*)$/m.exec(text)?.[1]?.replaceAll('`', '') ?? 'Untitled';

const linkOf = (place: string): string => `/${place.replace(/\.md$/, '').replace(/(^|\/)index$/, '$1')}`;

/** Pages that stand in no group: each is still listed, and a test asks for its place. */
export const unplaced = (pages: ReadonlyMap<string, string>): readonly string[] => {
  const placed = new Set(contents.flatMap((group) => group.pages));
  return [...pages.keys()]
    .map((place) => place.replace(/\.md$/, ''))
    .filter((place) => !placed.has(place) && !/^(index$|source\/|decisions\/)/.test(place));
};

/** The sidebar: the groups in reading order, the decisions folded up below their index, and at the end what stands nowhere. */
export const sidebar = (pages: ReadonlyMap<string, string>): readonly Item[] => {
  const item = (page: string): readonly Item[] => {
    const text = pages.get(`${page}.md`);
    if (text === undefined) return [];
    const own: Item = { text: titleOf(text), link: linkOf(`${page}.md`) };
    return [page === 'decisions/index' ? { ...own, collapsed: true, items: decisions } : own];
  };
  const decisions = [...pages.keys()]
    .filter((place) => place.startsWith('decisions/') && place !== 'decisions/index.md')
    .sort()
    .map((place): Item => ({ text: titleOf(pages.get(place)!), link: linkOf(place) }));
  const group = ({ title, pages: own }: Group): Item => ({ text: title, items: own.flatMap(item) });
  const rest = unplaced(pages);
  return [...contents, ...(rest.length > 0 ? [{ title: 'More', pages: rest }] : [])].map(group);
};
