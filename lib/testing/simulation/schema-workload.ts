import { type Actor, anybody, type May, user } from '../../core/access.ts';
import { madeUp } from '../../core/made-up.ts';
import type { Manifest } from '../../core/manifest.ts';
import type { Dice } from './dice.ts';
import type { Workload } from './workload.ts';

const ids = ['1', '1', '2', '3'];

const actorFor = (may: May, id: string, dice: Dice): Actor => {
  const owner = user(id === '3' ? 'bob' : 'ada');
  const operator = user('olga', 'operator');
  if (dice.chance(0.06)) return dice.pick([operator, user('bob')]);
  const who = dice.pick(may);
  if (who === 'process' || who === 'hook') return { id: 'robot', kind: who, roles: [] };
  if (who === 'anyone') return anybody;
  return who === 'owner' || who === 'user' || who === 'together' ? owner : user(who === 'operator' ? 'olga' : `some-${who}`, who);
};

/** Commands made up from a manifest's own schemas, for few ids. A schema that random values do not fit needs a workload of its own. */
export const schemaWorkload = ({ aggregates }: Manifest): Workload => {
  const commands = aggregates.flatMap(({ category, commands }) =>
    Object.entries(commands).map(([type, { may, schema }]) => ({ category, type, may, make: madeUp(schema) })),
  );
  return (dice) => {
    const { category, type, may, make } = dice.pick(commands);
    const id = dice.pick(ids);
    const made = make(dice);
    if (!made)
      throw new Error(`No made-up data fits ${category}'s ${type}: give simulate() a workload that makes such commands.`);
    return { category, id, type, data: made.data, actor: actorFor(may, id, dice) };
  };
};
