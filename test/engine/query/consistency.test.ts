import { beforeEach, describe, expect, it } from 'vitest';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import type { Clock } from '../../../lib/engine/ports.ts';
import { type Awaited, awaitedBy, consistencyToken } from '../../../lib/engine/query/consistency.ts';
import { queryById, queryList } from '../../../lib/engine/query/kinds.ts';
import type { PageRequest } from '../../../lib/engine/query/page.ts';
import type { Querying } from '../../../lib/engine/query/querying.ts';
import { defaultSettings } from '../../../lib/engine/settings.ts';
import { memoryClock, memoryKeys } from '../../../lib/testing/memory/system.ts';
import { cards, deal, faceOf, stacks } from '../../support/examples/cards.ts';
import { ada, bob, operator } from '../../support/examples/commanding.ts';
import { type LaggingView, laggingView } from '../../support/examples/lagging.ts';

const keys = memoryKeys();
const awaiting = (commit: number, over: Partial<Awaited> = {}): Awaited => ({
  stream: 'card-a',
  commit,
  types: ['Dealt'],
  ...over,
});
const page = (...awaited: Awaited[]): PageRequest => ({ limit: 9, direction: 'oldest-first', awaited });
const most = defaultSettings.consistentWithinMilliseconds;

describe('a token', () => {
  it('names its commit to whom it was given, the same each time', async () => {
    const token = await consistencyToken(keys, 'ada', awaiting(3, { types: ['Dealt', 'Dealt', 'A'] }));
    expect(token).toMatch(/^[\w-]+\.[\da-f]{32}$/);
    expect(token).toBe(await consistencyToken(keys, 'ada', awaiting(3, { types: ['A', 'Dealt'] })));
    expect(await awaitedBy(keys, 'ada', token)).toEqual([awaiting(3, { types: ['A', 'Dealt'] })]);
  });

  it('may come with others', async () => {
    const tokens = await Promise.all([1, 2].map((commit) => consistencyToken(keys, 'ada', awaiting(commit))));
    expect(await awaitedBy(keys, 'ada', tokens.join(' , '))).toEqual([awaiting(1), awaiting(2)]);
  });

  it('is refused when it was made up, changed, or given to another caller, in each case in the same way', async () => {
    const his = await consistencyToken(keys, 'bob', awaiting(3));
    const own = await consistencyToken(keys, 'ada', awaiting(3));
    const [payload, seal] = own.split('.');
    const forged = Buffer.from('["card-his",3,["Dealt"]]').toString('base64url');
    const answers = new Set<string>();
    for (const token of [
      '',
      '.',
      'x',
      'x.y',
      payload!,
      `${forged}.${seal}`,
      `${payload}.${'0'.repeat(32)}`,
      his,
      `${own},`,
      `${own},${his}`,
    ])
      await awaitedBy(keys, 'ada', token).then(
        () => expect.fail(`${token} was taken`),
        (error) => answers.add(JSON.stringify(error.problem)),
      );
    expect([...answers].map((answer) => JSON.parse(answer).status)).toEqual([400]);
  });

  it('comes with at most 19 others', async () => {
    const own = await consistencyToken(keys, 'ada', awaiting(3));
    expect(await awaitedBy(keys, 'ada', Array(20).fill(own).join(','))).toHaveLength(20);
    await expect(awaitedBy(keys, 'ada', Array(21).fill(own).join(','))).rejects.toMatchObject({ problem: { status: 400 } });
  });
});

let view: LaggingView;
let clock: Clock;
let waits: number[];
/** Runs while the reader waits, given the number of waits so far. */
let meanwhile: (waits: number) => Promise<unknown>;
const querying = (projection: unknown = cards): Querying => ({ projection: projection as AnyProjection, reader: view, clock });
const write = (over = {}, id = 'a') => deal(view, cards as never, id, faceOf(over));

beforeEach(() => {
  view = laggingView();
  waits = [];
  meanwhile = async () => {};
  const time = memoryClock();
  clock = {
    now: time.now,
    wait: async (milliseconds) => {
      await time.wait(milliseconds);
      waits.push(milliseconds);
      await meanwhile(waits.length);
    },
  };
});

describe('a query with a token', () => {
  it('answers at once what is there', async () => {
    await write();
    expect((await queryById(querying(), ada, 'a', page(awaiting(1)))).body).toMatchObject({ id: 'a' });
    expect(waits).toEqual([]);
  });

  it.each([0, 1])('waits for what is to come, in growing steps, from %i commits on', async (before) => {
    if (before) await write({ colour: 'old' });
    meanwhile = async (count) => count === 12 && write({ colour: 'new' });
    const { body } = await queryById(querying(), ada, 'a', page(awaiting(before + 1)));
    expect(body).toMatchObject({ colour: 'new' });
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    expect(waits.at(-1)).toBeGreaterThan(waits[0]!);
    expect(Math.max(...waits)).toBeLessThanOrEqual(100);
  });

  it('waits for the commit, not for an earlier one', async () => {
    meanwhile = async (count) => count <= 3 && write({ rank: String(count) });
    expect((await queryById(querying(), ada, 'a', page(awaiting(3)))).body).toMatchObject({ rank: '3' });
  });

  it('gives up after three seconds, and says when to ask again', async () => {
    await write();
    const since = clock.now();
    await expect(queryById(querying(), ada, 'a', page(awaiting(2)))).rejects.toMatchObject({
      problem: { kind: 'not-consistent-yet', status: 503, retryAfterSeconds: 1, extra: { commit: 2, reached: 1 } },
    });
    expect(clock.now() - since).toBe(most);
    expect(waits.length).toBeLessThan(60);
    await expect(queryList(querying(), ada, page(awaiting(2)))).rejects.toMatchObject({ problem: { status: 503 } });
    await expect(queryById({ ...querying(), patience: 0 }, ada, 'a', page(awaiting(2)))).rejects.toMatchObject({
      problem: { status: 503 },
    });
  });

  it('says of a view that gathers commits for how long it does, and to ask again after that', async () => {
    await write();
    const late = { ...querying(), patience: 0 };
    const gathering = { ...late, projection: { ...late.projection, gatherSeconds: 10 } };
    await expect(queryById(gathering, ada, 'a', page(awaiting(2)))).rejects.toMatchObject({
      problem: { detail: expect.stringContaining('it gathers commits for up to 10 seconds'), retryAfterSeconds: 10 },
    });
    await expect(queryById(gathering, ada, 'a', page(awaiting(1)))).resolves.toMatchObject({ body: {} });
  });

  it('gives up even if the clock is set back all the time', async () => {
    const backwards = { ...clock, now: () => -waits.length * 1_000 };
    await expect(queryById({ ...querying(), clock: backwards }, ada, 'a', page(awaiting(1)))).rejects.toMatchObject({
      problem: { status: 503 },
    });
    expect(waits.reduce((sum, wait) => sum + wait)).toBeCloseTo(most);
  });

  it('says at once that the stream is parked, and where; but shows what was reached before', async () => {
    await write();
    await write({ until: 'never' });
    expect((await view.head('a'))?.parked?.commit).toBe(2);
    await expect(queryById(querying(), ada, 'a', page(awaiting(2)))).rejects.toMatchObject({
      problem: { kind: 'stream-parked', status: 503, retryAfterSeconds: 60, extra: { stream: 'card-a', commit: 2, parkedAt: 2 } },
    });
    await expect(queryList(querying(), ada, page(awaiting(2)))).rejects.toMatchObject({ problem: { kind: 'stream-parked' } });
    expect(waits).toEqual([]);
    expect((await queryById(querying(), ada, 'a', page(awaiting(1)))).body).toMatchObject({ id: 'a' });
    expect((await queryById(querying(), ada, 'a', page())).body).toMatchObject({ id: 'a' });
  });

  it('does not wait for what the view does not care about', async () => {
    await write();
    const others = [awaiting(9, { types: ['Shuffled'] }), awaiting(9, { stream: 'account-a' }), awaiting(9, { types: [] })];
    expect((await queryById(querying(), ada, 'a', page(...others))).body).toMatchObject({ id: 'a' });
    expect(waits).toEqual([]);
  });

  it('waits for every one of several', async () => {
    await write();
    meanwhile = async (count) => (count === 2 && write({}, 'b')) || (count === 6 && write({ rank: '6' }));
    const { items } = await queryList(querying(), ada, page(awaiting(2), awaiting(1, { stream: 'card-b' })));
    expect(items).toMatchObject([{ id: 'a', rank: '6' }, { id: 'b' }]);
  });

  it('is answered with the later state when the same stream is awaited twice', async () => {
    await write();
    meanwhile = async () => write({ colour: 'new' });
    const { items } = await queryList(querying(), ada, page(awaiting(2), awaiting(1)));
    expect(items).toMatchObject([{ id: 'a', colour: 'new' }]);
  });

  it('reads the rows of a stream consistently', async () => {
    await deal(view, stacks as never, 'a', faceOf());
    const items = async (...awaited: Awaited[]) =>
      ((await queryById(querying(stacks), ada, 'a', page(...awaited))).body as { items: object[] }).items.length;
    expect([await items(), await items(awaiting(1))]).toEqual([0, 1]);
  });
});

describe('an index that lags behind a write', () => {
  const all = { ...page(), limit: 9 };
  const open = { ...page(), list: 'by-status', by: 'open' };

  it.each<[string, typeof ada, PageRequest]>([
    ['the list by owner', ada, all],
    ["everybody's", operator, all],
    ['a declared list', ada, open],
    ['a list of everything', operator, { ...page(), list: 'ranked' }],
  ])('is overlaid: %s', async (_, actor, request) => {
    await write();
    await view.catchUp();
    const fresh = await write({ colour: 'new' });
    const awaited = [awaiting(fresh.commit)];
    expect((await queryList(querying(), actor, request)).items).toMatchObject([{ id: 'a', colour: 'red' }]);
    expect((await queryList(querying(), actor, { ...request, awaited })).items).toMatchObject([{ id: 'a', colour: 'new' }]);
  });

  it('is overlaid with what is there no longer: deleted, moved, given away, filtered out, expired', async () => {
    const changes = [
      undefined,
      faceOf({ status: 'closed' }),
      faceOf({ owner: 'bob' }),
      faceOf({ colour: 'blue' }),
      faceOf({ until: '2026-11-21T11:00:00Z' }),
    ];
    for (const i of changes.keys()) await deal(view, cards as never, `c${i}`, faceOf());
    await view.catchUp();
    const awaited = await Promise.all(
      changes.map(async (change, i) =>
        awaiting((await deal(view, cards as never, `c${i}`, change)).commit, { stream: `card-c${i}`, types: ['Dealt'] }),
      ),
    );
    const red = { ...open, equals: { colour: 'red' } };
    expect((await queryList(querying(), ada, red)).items).toHaveLength(changes.length);
    expect((await queryList(querying(), ada, { ...red, awaited })).items).toEqual([]);
    expect((await queryList(querying(), bob, { ...red, awaited })).items).toMatchObject([{ id: 'c2' }]);
  });

  it('is overlaid with a whole stream where it has many rows', async () => {
    await deal(view, stacks as never, 'a', faceOf({ rank: '1' }));
    await view.catchUp();
    await deal(view, stacks as never, 'a', undefined);
    await deal(view, stacks as never, 'a', faceOf({ rank: '2' }));
    const answer = await queryList(querying(stacks), ada, { ...open, awaited: [awaiting(3)] });
    expect(answer.items).toMatchObject([{ id: 'a', rank: '2' }]);
  });
});
