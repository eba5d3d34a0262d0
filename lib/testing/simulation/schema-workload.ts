import { type Actor, type May, user } from '../../core/access.ts';
import { madeUp } from '../../core/made-up.ts';
import type { Manifest } from '../../core/manifest.ts';
import { actorOf } from '../who-may.ts';
import type { Dice } from './dice.ts';
import type { Workload } from './workload.ts';

const ids = ['1', '1', '2', '3'];

const actorFor = (may: May, id: string, dice: Dice): Actor => {
  const owner = id === '3' ? 'bob' : 'ada';
  if (dice.chance(0.06)) return dice.pick([user('olga', 'operator'), user('bob')]);
  return actorOf(dice.pick(may), owner);
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
