import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Commit } from '../../../lib/core/commit.ts';
import { command } from '../../../lib/core/decider.ts';
import { committedAnswer, handleCommand } from '../../../lib/engine/command/handle.ts';
import type { CommandAnswer } from '../../../lib/engine/command/request.ts';
import { BrokenHistory } from '../../../lib/engine/store/known.ts';
import {
  type ada,
  asks,
  bob,
  deposits,
  instanceOver,
  memoryTable,
  opens,
  operator,
  robot,
  watched,
  withdraws,
} from '../../support/examples/commanding.ts';

/** An instance whose cache knows an account with 50 in it. */
const warm = async () => {
  const table = memoryTable();
  const commanding = instanceOver(table);
  await handleCommand(commanding, opens());
  await handleCommand(commanding, deposits(50));
  return { table, commanding };
};
/** As it goes to the caller, byte for byte. */
const told = (answer: CommandAnswer) => JSON.stringify(answer.outcome === 'committed' ? committedAnswer(answer.commit) : answer);

const outcomes = async (commanding: Parameters<typeof handleCommand>[0], ...requests: Parameters<typeof handleCommand>[1][]) => {
  const found = [];
  for (const request of requests) found.push((await handleCommand(commanding, request)).outcome);
  return found;
};

describe('the cost of a command', () => {
  it('appends once and does nothing else when warm', async () => {
    const { commanding, calls } = watched((await warm()).commanding);
    expect(await outcomes(commanding, withdraws(20), withdraws(20, { key: 'k' }), deposits(1))).toEqual(
      Array(3).fill('committed'),
    );
    expect(calls).toEqual(Array(3).fill('store.append'));
  });

  it.each([
    ['a refusal', withdraws(51), 'refused'],
    ['a no-op', asks('Glance'), 'unchanged'],
    ['somebody who may not', deposits(1, { actor: bob }), 'forbidden'],
    ['a version that has passed', deposits(1, { expectedVersion: 1 }), 'stale'],
  ])('reads once before it answers %s', async (_, request, outcome) => {
    const { commanding, calls } = watched((await warm()).commanding);
    expect(await outcomes(commanding, request, request)).toEqual([outcome, outcome]);
    expect(calls).toEqual(['store.read', 'store.read']);
  });

  it('reads once when cold, and where the history is longer than that, the snapshot too', async () => {
    const table = memoryTable();
    const settings = { ...instanceOver(table).settings, snapshotBytes: 1_000 };
    const first = instanceOver(table, { settings });
    await outcomes(first, opens(), ...Array.from({ length: 21 }, () => deposits(1)));
    expect(table.snapshots.items.size).toBe(1);
    const { commanding, calls } = watched(instanceOver(table, { settings }));
    expect(await outcomes(commanding, withdraws(22), withdraws(21))).toEqual(['refused', 'committed']);
    expect(calls).toEqual(['store.read', 'snapshots.load', 'store.append']);
    const short = watched(instanceOver((await warm()).table));
    expect(await outcomes(short.commanding, deposits(1))).toEqual(['committed']);
    expect(short.calls).toEqual(['store.read', 'store.append']);
  });

  it('looks at one commit for a repeat when warm', async () => {
    const { commanding, calls } = watched((await warm()).commanding);
    const request = deposits(1, { key: 'k' });
    const [first, , again] = [
      await handleCommand(commanding, request),
      await handleCommand(commanding, deposits(2)),
      await handleCommand(commanding, request),
    ];
    expect(again).toEqual(first);
    expect(calls).toEqual(['store.append', 'store.append', 'store.find']);
  });
});

describe('a lost race', () => {
  it('folds the winner without a read, and decides again', async () => {
    const { table, commanding } = await warm();
    await handleCommand(instanceOver(table), withdraws(30));
    const { commanding: watching, calls } = watched(commanding);
    expect(await outcomes(watching, withdraws(20))).toEqual(['committed']);
    expect(calls).toEqual(['store.append', 'store.append']);
    expect(table.store.stored().map(({ version }) => version)).toEqual([1, 2, 3, 4]);
  });

  it('confirms what it then refuses', async () => {
    const { table, commanding } = await warm();
    const other = instanceOver(table);
    await outcomes(other, withdraws(30), deposits(40));
    expect(await outcomes(commanding, withdraws(60))).toEqual(['committed']);
    await outcomes(other, deposits(5), withdraws(5));
    expect(await handleCommand(commanding, withdraws(1))).toMatchObject({
      outcome: 'refused',
      refusal: { detail: { balance: 0 } },
    });
  });

  it('is given up after so many, with nothing stored', async () => {
    const { table, commanding } = await warm();
    const rival = instanceOver(table);
    const { commanding: watching, calls } = watched({
      ...commanding,
      store: {
        ...table.store,
        append: async (commit) => {
          await handleCommand(rival, deposits(1));
          return table.store.append(commit);
        },
      },
    });
    const request = deposits(7, { key: 'k' });
    expect(await handleCommand(watching, request)).toEqual({ outcome: 'contended', tries: commanding.settings.tries });
    expect(calls.filter((call) => call === 'store.append')).toHaveLength(commanding.settings.tries);
    expect(table.store.stored().filter(({ command }) => command === request.id)).toEqual([]);
  });
});

describe('a lost acknowledgement', () => {
  const losing = (table: ReturnType<typeof memoryTable>) => ({
    ...table.store,
    append: async (commit: Commit) => {
      await table.store.append(commit);
      throw new Error('The answer got lost.');
    },
  });

  it('is the answer to a retry on the same instance, on another, and after other commands', async () => {
    const { table, commanding } = await warm();
    const request = withdraws(40, { key: 'k' });
    await expect(handleCommand({ ...commanding, store: losing(table) }, request)).rejects.toThrow('lost');
    const same = await handleCommand(commanding, request);
    await outcomes(instanceOver(table), deposits(5), withdraws(10));
    const other = await handleCommand(instanceOver(table), request);
    expect(same).toMatchObject({ outcome: 'committed', commit: { version: 3 } });
    expect(told(other)).toBe(told(same));
    expect(table.store.stored().map(({ version }) => version)).toEqual([1, 2, 3, 4, 5]);
  });

  it("is a success when the client library's own retry meets its own commit", async () => {
    const { table, commanding } = await warm();
    const twice = {
      ...table.store,
      append: async (commit: Commit) => {
        await table.store.append(commit);
        return table.store.append(commit);
      },
    };
    expect(await outcomes({ ...commanding, store: twice }, deposits(1), deposits(1, { key: 'k' }))).toEqual([
      'committed',
      'committed',
    ]);
    expect(table.store.stored()).toHaveLength(4);
  });
});

describe('an id', () => {
  it('takes effect once, and each repeat gets the first answer byte for byte', async () => {
    const { table, commanding } = await warm();
    const request = deposits(1, { key: 'k' });
    const others = [instanceOver(table), instanceOver(table)];
    await Promise.all(others.map((other) => handleCommand(other, deposits(1))));
    const answers = await Promise.all([commanding, ...others, commanding].map((instance) => handleCommand(instance, request)));
    expect(new Set(answers.map(told)).size).toBe(1);
    expect(table.store.stored().filter(({ command }) => command === request.id)).toHaveLength(1);
  });

  it('is looked for before the version, the caller and the decision', async () => {
    const { commanding } = await warm();
    const request = asks('Close', { reason: 'moved' }, { key: 'k', expectedVersion: 3 });
    expect(await outcomes(commanding, withdraws(50), request, request)).toEqual(['committed', 'committed', 'committed']);
  });

  it('of another caller looks like an unused one to a caller who may not send the command at all', async () => {
    const { table, commanding } = await warm();
    await handleCommand(commanding, deposits(1, { key: 'k' }));
    const strangers = (key: string) => ({ ...deposits(1, { key, actor: bob }), digest: "bob's" });
    // Of a decider that does not let everybody in.
    const account = {
      ...commanding.decider,
      commands: { ...commanding.decider.commands, Deposit: command(['owner'], z.unknown()) },
    };
    for (const cache of [commanding.cache, instanceOver(table).cache])
      for (const key of ['k', 'unused'])
        expect(await handleCommand({ ...commanding, decider: account, cache }, strangers(key))).toEqual({ outcome: 'forbidden' });
  });

  it('used for something else is refused, and tells nothing', async () => {
    const { table, commanding } = await warm();
    await handleCommand(commanding, deposits(1, { key: 'k' }));
    for (const instance of [commanding, instanceOver(table)])
      expect(await handleCommand(instance, deposits(2, { key: 'k' }))).toEqual({ outcome: 'id-reused' });
  });

  it('that was refused leaves no trace: a retry is decided again', async () => {
    const { commanding } = await warm();
    const request = withdraws(60, { key: 'k' });
    expect(await outcomes(commanding, request, deposits(10), request)).toEqual(['refused', 'committed', 'committed']);
  });

  it('is not made out of what is asked: two equal deposits are two', async () => {
    const { table, commanding } = await warm();
    await outcomes(commanding, deposits(5), deposits(5));
    expect(table.store.stored().at(-1)?.version).toBe(4);
  });

  it('is remembered for as many commands with a key as the setting says, also by an instance that only has a snapshot', async () => {
    const table = memoryTable();
    const settings = { ...instanceOver(table).settings, idempotencyWindow: 4, snapshotBytes: 1 };
    const commanding = instanceOver(table, { settings });
    const request = deposits(1, { key: 'k' });
    const first = await outcomes(commanding, opens(), request).then(() => handleCommand(commanding, request));
    for (let i = 0; i < 3; i++) {
      await handleCommand(commanding, deposits(1, { key: `other-${i}` }));
      expect(await handleCommand(commanding, request)).toEqual(first);
      expect(await handleCommand(instanceOver(table, { settings }), request)).toEqual(first);
    }
    await outcomes(commanding, deposits(1, { key: 'another' }));
    // It is forgotten by then, but found when the commit itself is folded.
    const folding = instanceOver({ ...table, snapshots: memoryTable().snapshots }, { settings });
    expect(await handleCommand(folding, request)).toEqual(first);
    expect(await handleCommand(commanding, request)).not.toEqual(first);
  });
});

describe('strangers', () => {
  const sends = (i: number) =>
    asks('Withdraw', { amount: 1_000_000, currency: 'EUR' }, { actor: robot, id: `process/transfer-${i}/1/1` });

  it("cannot push out anybody's Idempotency-Key: neither by what processes send for them, refused or not, nor by requests without a key", async () => {
    const { table, commanding } = await warm();
    const deposit = deposits(5_000, { key: 'k' });
    const first = told(await handleCommand(commanding, deposit));
    for (let i = 0; i < 262; i++)
      expect(await handleCommand(commanding, sends(i))).toMatchObject({ commit: { refused: { reason: 'insufficient-funds' } } });
    for (let i = 0; i < 262; i++)
      await handleCommand(commanding, deposits(1, i % 2 ? {} : { actor: robot, id: `process/gift-${i}/1/1` }));
    for (const instance of [commanding, instanceOver(table)]) expect(told(await handleCommand(instance, deposit))).toBe(first);
  });
});

describe("a process's command", () => {
  const send = (type: string, data: object, id: string) => asks(type, data, { actor: robot, id: `process/${id}`, digest: id });
  it('has one outcome for all of its senders, also if the stream is opened between them', async () => {
    const table = memoryTable();
    const [early, late] = [instanceOver(table), instanceOver(table)];
    const request = deposits(5, { actor: robot, id: 'process/transferProcess-t1/1/1', stream: 'account-new' });
    const refused = { outcome: 'committed', commit: { commit: 1, events: [], refused: { reason: 'account-not-open' } } };
    expect(await handleCommand(early, request)).toMatchObject(refused);
    await handleCommand(early, opens({ stream: 'account-new' }));
    expect(await handleCommand(late, request)).toMatchObject(refused);
    // Both have read the stream without an owner: the commit number lets only one of them be first.
    const race = { ...request, stream: 'account-raced' };
    const opening = opens({ stream: 'account-raced' });
    const answers = await Promise.all([handleCommand(late, opening), handleCommand(early, race)]);
    const again = await handleCommand(instanceOver(table), race);
    expect(again).toEqual(answers[1]);
  });

  it('leaves an event-less commit with the reason when refused, and each of its senders gets that', async () => {
    const { table, commanding } = await warm();
    const request = send('Withdraw', { amount: 51, currency: 'EUR' }, 'a');
    const [one, two] = [await handleCommand(commanding, request), await handleCommand(instanceOver(table), request)];
    expect(one).toMatchObject({
      commit: { commit: 3, version: 2, events: [], refused: { reason: 'insufficient-funds', detail: { balance: 50 } } },
    });
    expect(two).toEqual(one);
    await handleCommand(commanding, deposits(10));
    expect(await handleCommand(commanding, request)).toEqual(one);
    expect(table.store.stored().map(({ commit, version }) => [commit, version])).toEqual([
      [1, 1],
      [2, 2],
      [3, 2],
      [4, 3],
    ]);
  });

  it('leaves a commit without events and without a reason when it changes nothing', async () => {
    const { commanding } = await warm();
    const answer = await handleCommand(commanding, send('Glance', {}, 'a'));
    expect(answer).toMatchObject({ outcome: 'committed', commit: { events: [], version: 2 } });
    expect(answer).not.toHaveProperty('commit.refused');
  });
});

describe('the age of a cached state', () => {
  it.each([
    ['up to the limit it is trusted', 5 * 60_000, ['store.append']],
    ['above it, it is loaded again', 5 * 60_000 + 1, ['store.read', 'store.append']],
    ['from the future, it is loaded again', -1, ['store.read', 'store.append']],
  ])('%s', async (_, milliseconds, expected) => {
    const { table, commanding } = await warm();
    table.clock.advance(milliseconds);
    const { commanding: watching, calls } = watched(commanding);
    expect(await outcomes(watching, deposits(1))).toEqual(['committed']);
    expect(calls).toEqual(expected);
  });

  it.each([
    ['once', 1, ['store.read', 'store.append']],
    ['without end, and then the command is given up', Number.POSITIVE_INFINITY, Array(16).fill('store.read')],
  ])('is checked when the Put is sent: too old %s', async (_, times, expected) => {
    const { table, commanding } = await warm();
    const { decider } = commanding;
    let left = times;
    const slow: (typeof decider.decide)[string] = (...given) => {
      if (left-- > 0) table.clock.advance(6 * 60_000);
      return decider.decide.Deposit!(...given);
    };
    const { commanding: watching, calls } = watched({
      ...commanding,
      decider: { ...decider, decide: { ...decider.decide, Deposit: slow } },
    });
    await handleCommand(watching, deposits(1));
    expect(calls).toEqual(expected);
  });
});

describe('a table that was restored to before what is cached', () => {
  it.each(['Withdraw', 'Deposit'])('is right against the cache: %s', async (type) => {
    const { table, commanding } = await warm();
    await outcomes(commanding, withdraws(10), withdraws(10));
    table.store.restore(table.store.stored().slice(0, 2));
    const refused = await handleCommand(commanding, asks('Withdraw', { amount: 51, currency: 'EUR' }));
    expect(refused).toMatchObject({ refusal: { detail: { balance: 50 } } });
    expect(await handleCommand(commanding, asks(type, { amount: 50, currency: 'EUR' }))).toMatchObject({ commit: { commit: 3 } });
  });

  it('and that others have written on since is found out by the hash', async () => {
    const { table, commanding } = await warm();
    await outcomes(commanding, withdraws(10));
    table.store.restore(table.store.stored().slice(0, 2));
    await outcomes(instanceOver(table), deposits(1), deposits(2));
    expect(await handleCommand(commanding, withdraws(53))).toMatchObject({ outcome: 'committed', commit: { commit: 5 } });
    table.store.restore(table.store.stored().slice(0, 1));
    expect(await handleCommand(commanding, withdraws(1))).toMatchObject({
      outcome: 'refused',
      refusal: { detail: { balance: 0 } },
    });
  });
});

describe('a history that cannot be', () => {
  it.each<[string, Partial<Commit> | undefined]>([
    ['a hole', undefined],
    ['a first commit with a predecessor', { prev: 'another' }],
    ['a version that jumps', { version: 9 }],
  ])('is an error, again and again, and nothing is put on it: %s', async (_, wrong) => {
    const { table } = await warm();
    const [first, ...rest] = table.store.stored();
    table.store.restore(wrong ? [{ ...first!, ...wrong }, ...rest] : rest);
    const { commanding, calls } = watched(instanceOver(table));
    for (let i = 0; i < 2; i++) await expect(handleCommand(commanding, deposits(1))).rejects.toThrow(BrokenHistory);
    expect(calls).toEqual(['store.read', 'store.read']);
  });
});

describe('data that cannot be stored', () => {
  const emitting = (events: readonly object[]) => async () => {
    const { commanding } = await warm();
    const { decider } = commanding;
    return watched({ ...commanding, decider: { ...decider, decide: { ...decider.decide, Deposit: () => events as never } } });
  };
  const deposited = { type: 'MoneyDeposited', data: { amount: 1, currency: 'EUR' } };

  it.each([
    ['too many events', Array(1_001).fill(deposited), { outcome: 'too-large', size: 1_001, limit: 1_000, unit: 'events' }],
    [
      'too many bytes',
      [{ type: 'AccountClosed', data: { reason: 'x'.repeat(410_000) } }],
      { outcome: 'too-large', limit: 401_408, unit: 'bytes' },
    ],
  ])('is refused: %s', async (_, events, answer) => {
    const { commanding, calls } = await emitting(events)();
    expect(await handleCommand(commanding, deposits(1))).toMatchObject(answer);
    expect(calls).not.toContain('store.append');
  });

  it.each([
    ['an unknown type', [{ type: 'Nonsense', data: {} }], 'no format'],
    ['data that does not fit', [{ type: 'MoneyDeposited', data: { amount: -1, currency: 'EUR' } }], 'does not fit'],
    ['data that is no JSON', [{ type: 'MoneyDeposited', data: { amount: 1n, currency: 'EUR' } }], 'bigint'],
  ])('is an error before anything is sent: %s', async (_, events, message) => {
    const { commanding, calls } = await emitting(events)();
    await expect(handleCommand(commanding, deposits(1))).rejects.toThrow(message);
    expect(calls).toEqual([]);
  });

  it('is an error before anything is sent: events that their own decider cannot fold', async () => {
    const { table, commanding } = await warm();
    const fails = () => {
      throw new Error('no fold');
    };
    const { decider } = commanding;
    const broken = { ...commanding, decider: { ...decider, evolve: { ...decider.evolve, MoneyWithdrawn: fails } } };
    await expect(handleCommand(broken, withdraws(1))).rejects.toThrow('no fold');
    expect(table.store.stored()).toHaveLength(2);
  });
});

describe('the time of a commit', () => {
  it('never goes back in its stream, nor before its cause, whatever the clocks do', async () => {
    const { table, commanding } = await warm();
    for (const [i, jump] of [60_000, -7_200_000, 5, -5, 86_400_000, -86_400_000].entries()) {
      table.clock.advance(jump);
      await handleCommand(i % 2 ? commanding : instanceOver(table), deposits(1));
    }
    const causeAt = '2027-01-01T00:00:00.000Z';
    await outcomes(commanding, deposits(1, { causeAt }), deposits(1));
    const times = table.store.stored().map(({ at }) => at);
    expect(times).toEqual(times.toSorted());
    expect(times.slice(-2)).toEqual([causeAt, causeAt]);
  });
});

describe('authorization', () => {
  it("is decided on the state: the owner, an operator where declared, anybody while it is nobody's", async () => {
    const { commanding } = await warm();
    const close = (actor: typeof ada) => asks('Close', { reason: 'x' }, { actor });
    expect(await outcomes(commanding, deposits(1, { actor: bob }), close(bob), close(operator), asks('Nonsense'))).toEqual([
      'forbidden',
      'forbidden',
      'refused',
      'forbidden',
    ]);
    expect(await outcomes(commanding, opens({ actor: bob, stream: 'account-2' }))).toEqual(['committed']);
  });
});

it('an id whose digest is that of a later one is found all the same', async () => {
  const table = memoryTable();
  const keys = { ...table.keys, hash: (text: string) => (text.startsWith('http/') ? '0'.repeat(64) : table.keys.hash(text)) };
  const commanding = instanceOver(table, { keys });
  await handleCommand(commanding, opens());
  const [one, other] = [deposits(1, { key: 'one' }), deposits(2, { key: 'other' })];
  const answers = [await handleCommand(commanding, one), await handleCommand(commanding, other)];
  expect([await handleCommand(commanding, one), await handleCommand(commanding, other)]).toEqual(answers);
});
