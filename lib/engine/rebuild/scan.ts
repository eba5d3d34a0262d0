import { type Commit, typesOf } from '../../core/commit.ts';
import { sourceOf } from '../../core/projection.ts';
import type { ScanPlace } from '../ports.ts';
import type { Projecting } from '../view/projecting.ts';
import type { Work } from './ports.ts';
import { defaultWorkSettings } from './settings.ts';
import type { TakePage, Turn, Working } from './slice.ts';

/** Finds the commits that a view handles. */
export const handledBy = ({ projection }: Pick<Projecting, 'projection'>) => {
  const { on } = projection;
  return (commit: Commit) => typesOf(commit).some((type) => on[type] !== undefined);
};

/** The streams of a page that concern the view, each with its commits by number. */
export const streamsOf = (
  { projection }: Pick<Projecting, 'projection'>,
  commits: readonly Commit[],
  category?: string,
): ReadonlyMap<string, readonly Commit[]> => {
  const all = [...Map.groupBy(commits, ({ stream }) => stream)].filter(([stream]) => {
    const source = sourceOf(projection, stream);
    return source !== undefined && source.category === (category ?? source.category);
  });
  return new Map(all.map(([stream, own]) => [stream, own.toSorted((a, b) => a.commit - b.commit)]));
};

/** The streams that begin in a page: so each stream is met once in a scan of all commits. */
export const begunIn = (working: Pick<Projecting, 'projection'>, commits: readonly Commit[], category?: string) =>
  streamsOf(
    working,
    commits.filter(({ commit }) => commit === 1),
    category,
  );

/** The pages of one segment of the commits, with the progress that a page's commits come to. */
export const scanned =
  (
    { scanner, settings = defaultWorkSettings }: Working,
    { number, of }: Work,
    run: (commits: readonly Commit[]) => Promise<Partial<Turn>>,
    consistent = false,
  ): TakePage =>
  async (after) => {
    const { commits, next, units } = await scanner.scan(
      { segment: number, of },
      { limit: settings.pageCommits, consistent, ...(after && { after: after as ScanPlace }) },
    );
    return { ...(next && { next }), commits: commits.length, streams: 0, scanUnits: units, ...(await run(commits)) };
  };
