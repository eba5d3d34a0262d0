import { nowOf } from '../../instant.ts';
import type { Active, Switch } from '../../view/ports.ts';
import type { RollBack } from '../ports.ts';
import { viewOf } from '../steps.ts';
import { type Asked, conflict, type Ordering, revisionsOf } from './requests.ts';

/** The switch of a roll back, from its record. */
export const switchOf = ({ projection, revision, from, since, by, why }: RollBack): Switch => ({
  next: { projection, revision, previous: from, since, by, why },
  from,
});

/**
 * Lets the revision before answer again: its own code has kept it up to date. It waits for no rebuild and takes no lock, since it is what one
 * does in need; a rebuild that began while the other revision answered does not switch any more, and says so at its end. Who names the revision
 * that is to answer may ask as often as it takes; who names none switches with each asking.
 */
export const rollBack = async (
  ordering: Pick<Ordering, 'views' | 'actives' | 'phases' | 'rebuilds' | 'clock' | 'keys'>,
  { projection, revision: wanted, by, why }: Pick<Asked, 'projection' | 'revision' | 'by' | 'why'>,
): Promise<Active> => {
  const { views, actives, phases, rebuilds, clock, keys } = ordering;
  revisionsOf(ordering, projection);
  const active = await actives.load(projection);
  if (active?.previous === undefined)
    throw conflict('nothing-to-roll-back', `No revision of ${projection} answered before this one.`);
  const { revision, previous } = active;
  if (wanted === revision) return active;
  if (wanted !== undefined && wanted !== previous)
    throw conflict('nothing-to-roll-back', `Revision ${previous} of ${projection} answered before this one, not ${wanted}.`);
  if (!viewOf(views, { projection, revision: previous }))
    throw conflict(
      'not-deployed',
      `Revision ${previous} of ${projection} is not deployed any more: nothing keeps it up to date.`,
    );
  if ((await phases.load(projection, previous))?.phase !== 'live')
    throw conflict('not-built', `Revision ${previous} of ${projection} is not live: rebuild it.`);
  const now = nowOf(clock);
  const record: RollBack = {
    id: keys.randomId(),
    projection,
    revision: previous,
    from: revision,
    kind: 'roll-back',
    state: 'switched',
    since: now,
    by,
    why,
    startedAt: now,
    endedAt: now,
  };
  if (!(await rebuilds.rollBack(record)))
    throw conflict(
      'switched-meanwhile',
      `${projection} was switched by somebody else at the same time: see which revision answers, and decide again.`,
    );
  return switchOf(record).next;
};
