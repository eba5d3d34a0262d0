import type { Ordering } from './requests.ts';

/** A view whose newest deployed revision is not live. `rolledBack` if it has been: an operator then made an older one live on purpose. */
export type NotLive = Readonly<{ view: string; revision: number; rolledBack: boolean }>;

type Asking = Pick<Ordering, 'views' | 'actives' | 'rebuilds'>;

/** The views that a release leaves to be rebuilt: those whose newest deployed revision is not the live one. */
export const notLive = async ({ views, actives, rebuilds }: Asking): Promise<readonly NotLive[]> => {
  const newest = new Map<string, number>();
  for (const { projection } of views)
    newest.set(projection.name, Math.max(projection.revision, newest.get(projection.name) ?? 0));
  const found: NotLive[] = [];
  for (const [view, revision] of newest) {
    if ((await actives.load(view))?.revision === revision) continue;
    const past = await rebuilds.list(view);
    found.push({ view, revision, rolledBack: past.some((each) => each.kind === 'roll-back' && each.from === revision) });
  }
  return found;
};
