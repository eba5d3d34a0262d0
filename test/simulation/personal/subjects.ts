import { defineManifest } from '../../../lib/index.ts';
import type { Simulation, Tamper, Workload } from '../../../lib/testing/simulator.ts';
import { customers } from '../../support/apps/customer/customers.ts';
import { customer } from '../../support/apps/customer/decider.ts';
import { greeter, greeting, salutation } from '../../support/apps/customer/greeting.ts';
import { letter, letters } from '../../support/apps/customer/letter.ts';
import { mailing } from '../../support/apps/customer/mailing.ts';

const manifest = defineManifest({
  aggregates: [customer, letter, greeting],
  projections: [customers, letters],
  processes: [greeter, mailing],
});
const ada = { id: 'ada', kind: 'user', roles: [] } as const;

const mark = salutation;
/** Customers are their own subjects; friends and those who get letters are named. */
const ids = ['c1', 'c2', 'c3', 'f1', 'f2'];

/** Few persons, and commands that write about them. */
const workload: Workload = (dice, n) => {
  const of = (subject: string, what: string | number) => `${mark}${subject}.${what}`;
  const id = n < 3 ? `c${n + 1}` : dice.pick(['c1', 'c2', 'c3']);
  const ask = (type: string, data: object) => ({ category: 'customer', id, type, data, actor: ada });
  const email = `${of(id, dice.below(6))}@example.com`;
  if (n < 3) return ask('Register', { name: of(id, 'name'), email });
  const type = dice.pick(['Register', 'ChangeEmail', 'Move', 'Recommend', 'Remind', 'Write', 'Write']);
  if (type === 'Write') {
    const to = dice.pick(ids);
    return {
      category: 'letter',
      id: dice.pick(['l1', 'l2']),
      type,
      data: { to, text: of(to, dice.below(3)), from: of(to, 'from') },
      actor: ada,
    };
  }
  if (type === 'Register') return ask(type, { name: of(id, 'name'), email, birthDate: undefined });
  if (type === 'Remind') return ask(type, {});
  if (type === 'ChangeEmail') return ask(type, { email });
  if (type === 'Move') return ask(type, { street: of(id, 'street'), city: 'Wien' });
  const friend = dice.pick(['f1', 'f2']);
  return ask(type, { friend, friendName: of(friend, 'name'), note: of(id, 'note') });
};

/** Persons of whom some are erased, while commands about them come, views are rebuilt, a history is imported, and tables are restored. */
export const subjectsWith = (seed: number, tamper: Tamper = {}): Simulation => ({
  ...{ manifest, seed, workload, tamper },
  subjects: { ids, mark },
  crowd: { commands: 40, within: 6_000 },
  share: { rebuilds: 0.3, imports: 0.3, restores: 0.2 },
});
