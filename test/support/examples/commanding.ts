import type { Actor } from '../../../lib/core/access.ts';
import { stateCache } from '../../../lib/engine/command/cache.ts';
import type { Commanding, CommandRequest } from '../../../lib/engine/command/request.ts';
import { defaultSettings } from '../../../lib/engine/settings.ts';
import { memorySnapshots } from '../../../lib/testing/memory/snapshots.ts';
import { memoryStore } from '../../../lib/testing/memory/store.ts';
import { memoryClock, memoryKeys, memoryLog } from '../../../lib/testing/memory/system.ts';
import { teller } from './teller.ts';

export const ada: Actor = { id: 'ada', kind: 'user', roles: [] };
export const bob: Actor = { id: 'bob', kind: 'user', roles: [] };
export const operator: Actor = { id: 'olga', kind: 'user', roles: ['operator'] };
export const robot: Actor = { id: 'transfer', kind: 'process', roles: [] };

/** Everything that instances share. */
export const memoryTable = () => ({
  store: memoryStore(),
  snapshots: memorySnapshots(),
  clock: memoryClock(),
  keys: memoryKeys(),
  log: memoryLog(),
});

/** An instance with a cache of its own over what it shares with others. */
export const instanceOver = (table: ReturnType<typeof memoryTable>, over: Partial<Commanding> = {}): Commanding => ({
  decider: teller,
  code: 'teller-1',
  settings: defaultSettings,
  ...table,
  cache: stateCache(defaultSettings.cacheBytes),
  ...over,
});

let made = 0;

/** A command for `account-1`, under an id of its own unless a key is given. */
export const asks = (type: string, data: object = {}, over: Partial<CommandRequest> & { key?: string } = {}): CommandRequest => {
  const { key, ...rest } = over;
  made += 1;
  const identity = key === undefined ? { id: `request/${made}` } : { id: `http/${key}`, digest: JSON.stringify([type, data]) };
  return {
    stream: 'account-1',
    command: { type, data },
    actor: ada,
    ...identity,
    meta: { correlation: `c-${made}`, causation: `r-${made}` },
    ...rest,
  };
};

export const opens = (over?: Parameters<typeof asks>[2]) => asks('Open', { currency: 'EUR' }, over);
export const deposits = (amount: number, over?: Parameters<typeof asks>[2]) => asks('Deposit', { amount, currency: 'EUR' }, over);
export const withdraws = (amount: number, over?: Parameters<typeof asks>[2]) =>
  asks('Withdraw', { amount, currency: 'EUR' }, over);

/** The same instance with every call of its ports written down, as `store.append` or `snapshots.load`. */
export const watched = (commanding: Commanding) => {
  const calls: string[] = [];
  const watch = <T extends object>(name: string, port: T): T =>
    Object.fromEntries(
      Object.entries(port).map(([call, run]) => [
        call,
        (...given: unknown[]) => {
          calls.push(`${name}.${call}`);
          return run(...given);
        },
      ]),
    ) as T;
  const { append, appendTogether, read, find } = commanding.store;
  const { load, save } = commanding.snapshots;
  const watching: Commanding = {
    ...commanding,
    store: watch('store', { append, appendTogether, read, find }),
    snapshots: watch('snapshots', { load, save }),
    keys: commanding.keys,
  };
  return { commanding: watching, calls };
};
