import { functionsOf, type Reserved } from '../../core/settings/concurrency.ts';
import { WrongSetting } from '../../core/settings/field.ts';
import { lambda } from '../../engine/limits.ts';
import type { Settings } from './stage.ts';

type Limits = Pick<Settings, 'maximumConcurrency' | 'accountConcurrency' | 'consumers' | 'reserved'>;

/** The functions of a deployment, by what limits how many of each may run at once. */
type Deployed = Readonly<{
  /** The name of each consumer with a queue; that of a view once for each revision. */
  consumers: readonly string[];
  /** The functions at once of what has limits of its own. */
  others: Readonly<Record<'effects' | 'schedules', number>>;
  /** The number of functions of each kind that may be reserved. */
  functions: Readonly<Record<keyof Reserved, number>>;
}>;

/** Refuses settings of consumers that there are not: a backlog would show first that a limit stands under a wrong name. */
const requireConsumers = ({ consumers }: Limits, names: readonly string[]): void => {
  const strange = Object.keys(consumers).find((name) => !names.includes(name));
  if (strange !== undefined)
    throw new WrongSetting(
      `The setting consumers.${strange} is for a consumer that there is not. There are: ${names.join(', ')}.`,
    );
};

/** The functions at once that are reserved in all; refused if AWS would refuse them during the deployment. */
const reservedIn = ({ accountConcurrency, reserved }: Limits, functions: Deployed['functions']): number => {
  const kinds = (Object.keys(functions) as (keyof Reserved)[]).filter((kind) => reserved[kind] !== undefined);
  const sum = kinds.reduce((total, kind) => total + functions[kind] * (reserved[kind] ?? 0), 0);
  const most = Math.max(0, accountConcurrency - lambda.unreserved);
  if (sum <= most) return sum;
  const parts = kinds.map((kind) => `${functions[kind]} x ${reserved[kind]} for ${kind}`);
  throw new WrongSetting(
    `The setting reserved keeps ${sum} functions (${parts.join(', ')}). Of the account's ${accountConcurrency} at most ${most} can be reserved, since AWS keeps ${lambda.unreserved} for functions without a reservation: reserve fewer, or have AWS raise the account's limit and pass it by -c accountConcurrency=<limit>.`,
  );
};

/**
 * Consumers may use at most half of the account's concurrency: the rest is for commands and queries. And they cannot use what is reserved for others, so
 * that limits which add up to more than what remains would be throttled.
 */
export const leaveRoom = (limits: Limits, { consumers, others, functions }: Deployed): void => {
  requireConsumers(limits, [...new Set(consumers)]);
  const { accountConcurrency } = limits;
  const reserved = reservedIn(limits, functions);
  const most = Math.min(Math.floor(accountConcurrency / 2), accountConcurrency - reserved);
  const each = consumers.map((name) => functionsOf(limits, name));
  const more = Object.entries(others).filter(([, atOnce]) => atOnce > 0);
  const sumOfMore = others.effects + others.schedules;
  const all = each.reduce((sum, one) => sum + one, sumOfMore);
  if (all <= most) return;
  const own = each.filter((_, i) => limits.consumers[consumers[i]!] !== undefined);
  const rest = consumers.length - own.length;
  const forRest = most - sumOfMore - own.reduce((sum, one) => sum + one, 0);
  throw new WrongSetting(
    `${consumers.length} consumers with up to ${Math.max(0, ...each)} functions each${more.map(([what, atOnce]) => `, and ${what} with up to ${atOnce}`).join('')} may keep ${all} busy at once. They may use ${most} of the account's ${accountConcurrency}${reserved > 0 ? `, of which ${reserved} are reserved` : ''}, so that some are left for commands: use -c maximumConcurrency=${Math.max(2, Math.floor(forRest / Math.max(1, rest)))}, or have AWS raise the account's limit and pass it by -c accountConcurrency=<limit>.`,
  );
};
