import { revisionKey } from '../../core/deployed-names.ts';
import type { AnyProjection, AnySharedRows } from '../../core/projection.ts';
import { type Findings, faulty, none, note, together } from './findings.ts';

/** A revision of a view as it was released: the hash of the code that makes its rows, and what changed since without changing any row. Stored
 * format of 2026-11. */
export type ReleasedView = Readonly<{
  code: string;
  /** Its indexes that hold keys only; absent where there are none. */
  keysOnly?: readonly string[];
  /** True where heads are in rows, which a release that did not know of it takes for streams without commits. */
  headsInRows?: true;
  rowsUnchanged?: readonly Readonly<{ was: string; why: string }>[];
}>;

/** All revisions of a release, by name: `account-balance.r1`. `events/released-views.json`. */
export type ReleasedViews = Readonly<Record<string, ReleasedView>>;

/** The code of today's revisions, by the same names. */
export type ViewCode = Readonly<Record<string, string>>;

/** How the table of each revision holds what it does, by the same names: its indexes that hold keys only, and whether heads are in rows. */
export type TableForms = Readonly<Record<string, Pick<ReleasedView, 'keysOnly' | 'headsInRows'>>>;

export const tableForms = (projections: readonly AnyProjection[]): TableForms =>
  Object.fromEntries(
    projections.map((projection) => {
      const { byOwner, lists = {} } = projection;
      const named = Object.entries(lists).flatMap(([name, { keysOnly }]) => (keysOnly ? [`list-${name}`] : []));
      const keysOnly = [...(byOwner?.keysOnly ? ['by-owner'] : []), ...named.sort()];
      const { headsInRows } = projection as Partial<AnySharedRows>;
      return [revisionKey(projection), { ...(keysOnly.length > 0 && { keysOnly }), ...(headsInRows && { headsInRows }) }];
    }),
  );

const hasOtherIndexes = ({ keysOnly = [] }: ReleasedView, now: TableForms[string] = {}): boolean =>
  keysOnly.join() !== (now.keysOnly ?? []).join();

const viewOf = (name: string): string => name.replace(/\.r\d+$/, '');

/** Views of which a release had a revision, and today there is none: renamed, or gone. */
const goneViews = (code: ViewCode, released: ReleasedViews): readonly string[] => {
  const present = new Set(Object.keys(code).map(viewOf));
  return [...new Set(Object.keys(released).map(viewOf))].filter((view) => !present.has(view));
};

/** Finds revisions that are new or were changed in place, and views that are gone without an entry in `retired`. */
export const checkViews = (
  code: ViewCode,
  released: ReleasedViews,
  retired: Readonly<Record<string, string>> = {},
  forms: TableForms = {},
): Findings =>
  together([
    ...goneViews(code, released).map((view) =>
      retired[view] === undefined
        ? faulty(
            view,
            'The view has shipped, and is gone: its readers get 404 as soon as this is deployed.',
            `Put it back; a view with another name can stand beside it. If nobody reads it any more, say so in the manifest: retired: { '${view}': 'why' }`,
          )
        : note(`${view} is retired: ${retired[view]}`),
    ),
    ...Object.entries(code).map(([name, now]) => {
      const before = released[name];
      if (!before) return note(`${name} is new, and not released yet.`);
      if (forms[name]?.headsInRows && !before.headsInRows)
        return faulty(
          name,
          '`headsInRows` is declared, and was not in the release. Whatever of that release still runs beside this one, or after a roll back, would not find the heads that are in rows, and add all of their streams once more.',
          'Raise its revision, and rebuild it.',
        );
      if (hasOtherIndexes(before, forms[name]))
        return faulty(
          name,
          '`keysOnly` is declared for other lists than in the release. AWS cannot change that in a table that exists: a deployment would fail, and be rolled back.',
          'Raise its revision, and rebuild it.',
        );
      if (before.code === now) return none;
      const view = viewOf(name);
      return faulty(
        name,
        'The code that makes its rows changed, and its revision did not: rows of both would stand side by side.',
        `Raise its revision, and rebuild it. If every stored row stays as it is: foldstream contracts --rows-unchanged ${view} --why "..."`,
      );
    }),
  ]);

/** The record of a release: its revisions, with the notes about each. */
export const releaseViews = (code: ViewCode, released: ReleasedViews, forms: TableForms = {}): ReleasedViews =>
  Object.fromEntries(Object.entries(code).map(([name, now]) => [name, { ...released[name], code: now, ...forms[name] }]));

/** Records the present code of some views as the released one, with the reason. Undefined for a name that no changed view has. */
export const keepRows = (
  code: ViewCode,
  released: ReleasedViews,
  views: readonly string[],
  why: string,
): Readonly<{ released: ReleasedViews; kept: readonly string[]; unknown: readonly string[] }> => {
  const isOf = (view: string) => (name: string) => name === view || viewOf(name) === view;
  const changed = Object.keys(code).filter((name) => released[name] && released[name].code !== code[name]);
  const kept = changed.filter((name) => views.some((view) => isOf(view)(name)));
  const entries = kept.map((name): [string, ReleasedView] => {
    const { code: was = '', rowsUnchanged = [], ...form } = released[name] ?? {};
    return [name, { ...form, code: code[name] ?? '', rowsUnchanged: [...rowsUnchanged, { was, why }] }];
  });
  const unknown = views.filter((view) => !changed.some(isOf(view)));
  return { released: { ...released, ...Object.fromEntries(entries) }, kept, unknown };
};
