import { giveMissing, tableFacts } from '../../aws/deployment/kept-tables.ts';
import { systemClock } from '../../aws/system.ts';
import { contextOf, type KeptTable, keptTables, lackingIn } from '../../engine/deployment/kept-tables.ts';
import { patientDynamo, targetEngine } from '../stack.ts';
import type { Print } from '../terminal/lines.ts';
import { UserError } from '../terminal/user-error.ts';

/** The tables that can be adopted. */
export const adoptable = keptTables;

export type AdoptVerb = Readonly<{ table: KeptTable; name: string; stack?: string }>;

/**
 * `foldstream adopt <table> <name>`: gives an existing table, such as a restored one, the settings that a restore lacks, and prints how to deploy
 * with it. Idempotent.
 */
export const adoptVerb = async ({ table, name, stack }: AdoptVerb, print: Print): Promise<void> => {
  targetEngine(stack);
  const client = patientDynamo();
  const facts = await tableFacts(client, name);
  if (facts === 'none')
    throw new UserError(`There is no table ${name} in this account and region.`, 'Check AWS_PROFILE and AWS_REGION.');
  const { wrong, missing } = lackingIn(table, facts, { protect: true });
  if (wrong.length > 0)
    throw new UserError(`${name} cannot be the table of ${table}: ${wrong.join(', ')}.`, 'Restore it with its keys and indexes.');
  const lacks = (what: string) => missing.some((each) => each.includes(what));
  await giveMissing({ client, clock: systemClock }, name, {
    stream: lacks('stream'),
    recovery: lacks('recovery'),
    protect: lacks('protection'),
  });
  for (const what of missing) print(`${name} now has ${what}.`);
  print(
    `${name} can take the place of the table of ${table}. Deploy with it, and from now on with each deployment of this stack:`,
  );
  print(`  npx cdk deploy --all -c ${contextOf(table)}=${name}`);
};
