import { describe, expect, it } from 'vitest';
import type { AnyDecider } from '../../../lib/core/decider.ts';
import { handleAllOrNone } from '../../../lib/engine/command/atomic.ts';
import { stateCache } from '../../../lib/engine/command/cache.ts';
import { dryRun } from '../../../lib/engine/command/dry-run.ts';
import { handleCommand } from '../../../lib/engine/command/handle.ts';
import type { Commanding, CommandRequest } from '../../../lib/engine/command/request.ts';
import { defaultSettings } from '../../../lib/engine/settings.ts';
import { outdated } from '../../../lib/index.ts';
import { ada, asks, bob, memoryTable, robot, watched } from '../../support/examples/commanding.ts';
import { move, purse } from '../../support/examples/purses.ts';

type Table = ReturnType<typeof memoryTable>;

const plain = (table: Table, decider: unknown): Commanding => ({
  ...{ ...table, decider: decider as AnyDecider, code: 'one', settings: defaultSettings },
  cache: stateCache(defaultSettings.cacheBytes),
});

/** An instance of the function of movements, which also appends to purses. */
const movesOver = (table: Table) => {
  const { commanding: watching, calls } = watched(plain(table, move));
  let unmoved: readonly object[] = [];
  const store: Commanding['store'] = {
    ...watching.store,
    appendTogether: (commits, must) => {
      unmoved = must;
      return watching.store.appendTogether(commits, must);
    },
  };
  const commanding = { ...watching, store };
  const others = new Map([['purse', { ...commanding, decider: purse as unknown as AnyDecider }]]);
  /** The streams that the last transaction checked not to have moved. */
  const checked = () => unmoved;
  return { moves: { ...commanding, others } satisfies Commanding, calls, checked };
};

const inPurse = (id: string, type: string, data: object = {}, over: Parameters<typeof asks>[2] = {}) =>
  asks(type, data, { stream: `purse-${id}`, ...over });

const ready = async () => {
  const table = memoryTable();
  const elsewhere = (request: CommandRequest) => handleCommand(plain(table, purse), request);
  await elsewhere(inPurse('a', 'Open'));
  await elsewhere(inPurse('a', 'Fill', { amount: 100 }));
  for (const id of ['b', 'c']) await elsewhere(inPurse(id, 'Open', {}, { actor: bob }));
  return { table, elsewhere, ...movesOver(table) };
};

const make = (from: string, to: readonly string[], amount: number, over: Parameters<typeof asks>[2] = {}) =>
  asks('Make', { from, to, amount }, { stream: 'move-1', ...over });

const eventsIn = ({ store }: Table, stream: string) =>
  store.stored().flatMap((commit) => (commit.stream === stream ? commit.events.map(({ type }) => type) : []));

describe('a command that takes others along', () => {
  it('takes effect with them: one commit on each stream, by the same caller under the same id, each listing the others', async () => {
    const { table, moves } = await ready();
    const answer = await handleCommand(moves, make('a', ['b', 'c'], 30, { key: 'k' }));
    const places = [
      { stream: 'purse-a', commit: 3 },
      { stream: 'purse-b', commit: 2 },
      { stream: 'purse-c', commit: 2 },
    ];
    expect(answer).toMatchObject({ outcome: 'committed', commit: { stream: 'move-1', commit: 1, siblings: places } });
    const along = table.store
      .stored()
      .filter(({ stream, commit }) => places.some((at) => at.stream === stream && at.commit === commit));
    expect(along).toHaveLength(3);
    for (const commit of along) expect(commit).toMatchObject({ command: 'http/k', meta: { actor: 'ada' } });
    expect(eventsIn(table, 'purse-c')).toEqual(['PurseOpened', 'MoneyIn']);
  });

  it('is refused where one of them is, with the stream that refuses, and nothing is stored', async () => {
    const { table, moves } = await ready();
    const before = table.store.stored().length;
    expect(await handleCommand(moves, make('a', ['b', 'c'], 51))).toEqual({
      outcome: 'refused',
      refusal: { refused: 'insufficient-funds', detail: { balance: 100, refusedBy: 'purse-a' } },
    });
    expect(await handleCommand(moves, make('a', ['b', 'nobody'], 5))).toEqual({
      outcome: 'refused',
      refusal: { refused: 'not-open', detail: { refusedBy: 'purse-nobody' } },
    });
    expect(table.store.stored()).toHaveLength(before);
  });

  it('is outdated where one of them is, with the version of the stream that refuses', async () => {
    const { table, moves } = await ready();
    const Credit = () => outdated('seen-otherwise', { seen: 1 });
    const strict = plain(table, { ...purse, decide: { ...purse.decide, Credit } });
    expect(await handleCommand({ ...moves, others: new Map([['purse', strict]]) }, make('a', ['b'], 5))).toEqual({
      outcome: 'refused',
      refusal: { refused: 'seen-otherwise', outdated: true, detail: { seen: 1, refusedBy: 'purse-b' } },
      version: 1,
    });
  });

  it('needs one request for all of them where their states are known; one that is lost hands back the winners, without a read', async () => {
    const { moves, calls, elsewhere } = await ready();
    await handleCommand(moves, make('a', ['b'], 1));
    await handleCommand(moves, make('a', ['b'], 1));
    calls.length = 0;
    const next = (n: number) => handleCommand(moves, make('a', ['b'], 1, { stream: `move-${n}` }));
    // A stream that is new to the function is read once.
    const began = ['store.read'];
    expect((await next(2)).outcome).toBe('committed');
    expect(calls).toEqual([...began, 'store.appendTogether']);
    await elsewhere(inPurse('b', 'Fill', { amount: 1 }, { actor: bob }));
    calls.length = 0;
    expect((await next(3)).outcome).toBe('committed');
    expect(calls).toEqual([...began, 'store.appendTogether', 'store.appendTogether']);
  });

  it('takes effect once under its id, which is looked up in its own stream', async () => {
    const { table, moves, elsewhere } = await ready();
    // The same key was used on a stream that goes along: another command, of another request.
    await elsewhere(inPurse('a', 'Fill', { amount: 5 }, { key: 'k' }));
    const first = await handleCommand(moves, make('a', ['b'], 30, { key: 'k' }));
    expect(first.outcome).toBe('committed');
    const stored = table.store.stored().length;
    const { moves: another } = movesOver(table);
    for (const instance of [moves, another])
      expect(await handleCommand(instance, make('a', ['b'], 30, { key: 'k' }))).toEqual(first);
    expect(await handleCommand(moves, make('a', ['b'], 31, { key: 'k' }))).toEqual({ outcome: 'id-reused' });
    expect(table.store.stored()).toHaveLength(stored);
  });

  it('leaves out one that changes nothing, on the condition that its stream does not move', async () => {
    const { table, moves, elsewhere, checked } = await ready();
    await elsewhere(inPurse('a', 'Fill', { amount: 1_000 }));
    const answer = await handleCommand(moves, make('a', ['b'], 1_000));
    expect(answer).toMatchObject({
      commit: { siblings: [{ stream: 'purse-a', commit: 4 }], facts: [{ stream: 'purse-b', commit: 1 }] },
    });
    expect(eventsIn(table, 'purse-b')).toEqual(['PurseOpened']);
    expect(checked()).toEqual([{ stream: 'purse-b', commit: 1 }]);
  });

  it('takes nothing along where it changes nothing itself, or is refused, also from a process', async () => {
    const { table, moves } = await ready();
    expect((await handleCommand(moves, make('a', ['b'], 999))).outcome).toBe('unchanged');
    await handleCommand(moves, make('a', ['b'], 1));
    const stored = table.store.stored().length;
    const sent = { actor: robot, id: 'process/robot-1/1/1' };
    expect(await handleCommand(moves, make('a', ['b'], 1, sent))).toMatchObject({
      commit: { refused: { reason: 'made-already' } },
    });
    const unchanged = await handleCommand(moves, make('a', ['b'], 999, { ...sent, stream: 'move-2' }));
    expect(unchanged).toMatchObject({ commit: { stream: 'move-2', events: [] } });
    expect(
      table.store
        .stored()
        .slice(stored)
        .map(({ stream }) => stream),
    ).toEqual(['move-1', 'move-2']);
  });

  it('is refused on no state that has moved: those of what goes along are read again before', async () => {
    const { moves, elsewhere } = await ready();
    await handleCommand(moves, make('a', ['b'], 100));
    await elsewhere(inPurse('a', 'Fill', { amount: 10 }));
    expect((await handleCommand(moves, make('a', ['b'], 10, { stream: 'move-2' }))).outcome).toBe('committed');
  });

  it('goes for its own version alone, and needs no right to what goes along', async () => {
    const { moves } = await ready();
    expect(await handleCommand(moves, make('a', ['b'], 1, { expectedVersion: 1 }))).toEqual({ outcome: 'stale', version: 0 });
    expect((await handleCommand(moves, make('a', ['b'], 1, { expectedVersion: 0 }))).outcome).toBe('committed');
  });

  it('of a process leaves the reason on its own stream alone, also where the data name a stream twice', async () => {
    const { table, moves, checked } = await ready();
    const sent = (n: number, from: string, to: readonly string[], amount: number) =>
      handleCommand(moves, make(from, to, amount, { actor: robot, id: `process/robot-1/${n}/1` }));
    const before = table.store.stored().length;
    expect(await sent(1, 'a', ['b'], 101)).toMatchObject({
      commit: {
        stream: 'move-1',
        events: [],
        refused: { reason: 'insufficient-funds', detail: { refusedBy: 'purse-a' } },
        facts: [{ stream: 'purse-a' }, { stream: 'purse-b' }],
      },
    });
    expect(checked()).toEqual([
      { stream: 'purse-a', commit: 2 },
      { stream: 'purse-b', commit: 1 },
    ]);
    expect(await sent(2, 'a', ['a'], 1)).toMatchObject({ commit: { refused: { reason: 'unfit-together' } } });
    expect(table.store.stored()).toHaveLength(before + 2);
    expect(await sent(1, 'a', ['b'], 101)).toMatchObject({ commit: { commit: 1 } });
    expect((await sent(3, 'a', ['b'], 1)).outcome).toBe('committed');
  });

  it('says that it is too large for a transaction', async () => {
    const { moves, elsewhere } = await ready();
    const to = Array.from({ length: 99 }, (_, i) => `p${i}`);
    for (const id of to) await elsewhere(inPurse(id, 'Open'));
    const answer = await handleCommand(moves, make('a', to, 1));
    expect(answer).toEqual({ outcome: 'too-large', size: 101, limit: 100, unit: 'streams' });
    expect((await handleCommand(moves, make('a', to.slice(1), 1))).outcome).toBe('committed');
  });

  it('is tried without an effect on any stream, also on no snapshot', async () => {
    const { table, moves, calls } = await ready();
    const before = table.store.stored().length;
    const [[category, other]] = [...moves.others] as [[string, Commanding]];
    const eager = { ...other, settings: { ...defaultSettings, snapshotBytes: 1 } };
    const on = { ...moves, others: new Map([[category, eager]]) };
    expect(await dryRun(on, make('a', ['b'], 30))).toMatchObject({ outcome: 'tried', tookEffect: false });
    expect(await dryRun(on, make('a', ['b'], 101))).toMatchObject({ outcome: 'refused' });
    expect(table.store.stored()).toHaveLength(before);
    expect(calls).not.toContain('snapshots.save');
  });
});

describe('several commands of which all take effect or none', () => {
  /** Some commands of one request. */
  const all = (on: Commanding, key: string, ...requests: readonly [CommandRequest, ...CommandRequest[]]) => {
    const identity = { id: `http/${key}`, digest: JSON.stringify(requests.map(({ command, stream }) => [stream, command])) };
    const [first, ...rest] = requests.map((request) => ({ commanding: on, request: { ...request, ...identity } }));
    return handleAllOrNone([first!, ...rest]);
  };
  const label = (id: string, text: string) => inPurse(id, 'Label', { label: text }, { actor: id === 'a' ? ada : bob });

  it('are answered each, also those that change nothing, and a repeat as the first time', async () => {
    const { table } = await ready();
    const on = plain(table, purse);
    await all(on, 'k0', label('a', 'mine'));
    // The first one changes nothing: only the stream of the second one can tell that they took effect.
    const both = () => [label('a', 'mine'), inPurse('d', 'Open'), label('c', 'hers')] as const;
    const first = await all(on, 'k', ...both());
    expect(first).toMatchObject({
      answers: [
        { outcome: 'unchanged', stream: 'purse-a', version: 3, commit: 3 },
        { outcome: 'committed', commit: { stream: 'purse-d', facts: [{ stream: 'purse-a', commit: 3 }] } },
        { outcome: 'committed', commit: { stream: 'purse-c', commit: 2 } },
      ],
    });
    await all(on, 'k1', label('a', 'other'));
    const stored = table.store.stored().length;
    for (const instance of [on, plain(table, purse)]) expect(await all(instance, 'k', ...both())).toEqual(first);
    expect(await all(on, 'k', label('a', 'mine'), inPurse('d', 'Open', { label: 'x' }))).toMatchObject({ at: 1 });
    expect(table.store.stored()).toHaveLength(stored);
  });

  it('are no repeat of another request that used their key on one of the streams', async () => {
    const { table } = await ready();
    await all(plain(table, purse), 'k', label('b', 'his'));
    const both = await all(plain(table, purse), 'k', label('a', 'mine'), label('b', 'other'));
    expect(both).toMatchObject({ answers: [{ outcome: 'committed' }, { outcome: 'committed' }] });
  });

  it('come to nothing where one of them is refused, and say which', async () => {
    const { table } = await ready();
    const stored = table.store.stored().length;
    const answer = await all(plain(table, purse), 'k', label('a', 'mine'), inPurse('a9', 'Fill', { amount: 1 }));
    expect(answer).toEqual({ at: 1, answer: { outcome: 'refused', refusal: { refused: 'not-open' } } });
    expect(table.store.stored()).toHaveLength(stored);
  });

  it('take one unique value once, and pass it on in their order', async () => {
    const { table } = await ready();
    const on = plain(table, purse);
    const taken = { answer: { refusal: { refused: 'label-taken' } } };
    expect(await all(on, 'k1', label('b', 'gold'), label('c', 'gold'))).toMatchObject({ at: 1, ...taken });
    expect(await all(on, 'k2', label('b', 'gold'))).toHaveProperty('answers');
    expect(await all(on, 'k3', label('c', 'gold'), label('b', 'silver'))).toMatchObject({ at: 0, ...taken });
    expect(await all(on, 'k4', label('b', 'silver'), label('c', 'gold'))).toHaveProperty('answers');
    expect(await all(on, 'k5', label('b', 'gold'))).toMatchObject({ at: 0, ...taken });
  });
});
