import type { Commit } from '../../../lib/core/commit.ts';
import type { AnyProcess, Reaction } from '../../../lib/core/process/process.ts';
import { processWorld } from './attending.ts';
import { moving, transfer, wallet } from './moving.ts';

/** Two wallets, with money. */
export const open = async (world = processWorld(moving, [wallet, transfer])) => {
  for (const name of ['a', 'b']) {
    await world.ask(`wallet-${name}`, 'Open');
    await world.ask(`wallet-${name}`, 'Add', { amount: 100 });
  }
  return world;
};

export const terms = { from: 'a', to: 'b', amount: 30 };

/** A transfer between them that somebody asked for, and that nobody has seen to yet. */
export const requested = async (world = processWorld(moving, [wallet, transfer])) => {
  await open(world);
  await world.ask('transfer-1', 'Request', terms);
  return world;
};

export const typesIn = (commits: readonly Commit[]) => commits.map(({ events }) => events.map(({ type }) => type).join(' '));

/** An operator's request. */
export const order = { instance: 'moving-1', reason: 'Seen to.', by: 'olga', correlation: 'by-hand' };

/** The same process with some of its reactions replaced. */
export const variant = (over: object): AnyProcess => ({ ...moving, ...over }) as never;

/** With another reaction to a request. */
export const sending = (reaction: (memory: never, event: never) => Reaction<unknown> | undefined) =>
  variant({ on: { ...moving.on, Requested: reaction } });
