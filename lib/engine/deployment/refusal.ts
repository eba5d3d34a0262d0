import type { Active } from '../view/ports.ts';

/** The state of a revision that does not answer, before a deployment. */
export type Candidate = Readonly<{
  revision: number;
  /** `live` is kept up to date, `building` is not yet, `new` comes with this deployment. */
  standing: 'live' | 'building' | 'new';
}>;

/** Revisions that are up to date come first, the newest of them before the others. */
const bestOf = (candidates: readonly Candidate[]): Candidate | undefined =>
  candidates.toSorted((a, b) => Number(b.standing === 'live') - Number(a.standing === 'live') || b.revision - a.revision)[0];

/** The way to let another revision answer. */
const switchTo = ({ projection, revision: active, previous }: Active, { revision, standing }: Candidate): string => {
  const name = `${projection}.r${revision}`;
  const rebuild = `foldstream rebuild ${projection} --revision ${revision}`;
  if (standing === 'live' && revision === previous)
    return `${name} is kept up to date beside it: foldstream roll-back ${projection} --why "..." lets it answer at once.`;
  if (standing === 'live') return `${name} is built and kept up to date: ${rebuild} compares it, and lets it answer.`;
  if (standing === 'building') return `${name} is not built yet: ${rebuild} builds it, and lets it answer.`;
  return `${name} is not there yet: deploy it beside ${projection}.r${active}, then ${rebuild} builds it, and lets it answer.`;
};

/** Why a deployment must not go on that takes a whole view away without saying so. */
export const refusalOfRemoval = (projection: string): string =>
  `This would remove ${projection}, which answers queries: its readers would get 404 at once. Put it back; a view with another name can stand beside it. If nobody reads it any more, say so in the manifest: retired: { '${projection}': 'why' }. Then deploy again.`;

/** The reason to refuse a deployment that would remove the active revision of a view that it keeps; and what to do first. */
export const refusal = (
  active: Active,
  next: readonly Pick<Active, 'projection' | 'revision'>[],
  candidates: readonly Candidate[],
): string => {
  const { projection, revision } = active;
  const name = `${projection}.r${revision}`;
  const stays = next.some((one) => one.projection === projection && one.revision === revision);
  const best = bestOf(candidates);
  if (best === undefined)
    return `This would replace the table of ${name}, which answers queries: declare a new revision instead, deploy both, then foldstream rebuild ${projection}.`;
  const first = switchTo(active, best);
  return stays
    ? `This would replace the table of ${name}, which answers queries. ${first} Then deploy this again: ${name} begins anew.`
    : `This would remove ${name}, which answers queries. ${first} Then remove ${name}.`;
};
