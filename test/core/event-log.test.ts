import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { account } from '../../domains/account/decider.ts';
import { fraudWatch } from '../../domains/fraud-watch/process.ts';
import { eventLog, type LoggedCommit } from '../../lib/core/event-log.ts';
import { defineManifest } from '../../lib/core/manifest.ts';
import { processDecider } from '../../lib/core/process/decider.ts';
import type { AnyProjection } from '../../lib/core/projection.ts';
import { v1 } from '../../lib/core/version.ts';
import { queryById, queryList } from '../../lib/engine/query/kinds.ts';
import { withCursors } from '../../lib/engine/view/kinds/index.ts';
import { projectBatch } from '../../lib/engine/view/project.ts';
import { memoryClock, memoryLog, memoryStore, memoryView } from '../../lib/testing/ports.ts';
import { parcel } from '../support/apps/parcel/decider.ts';
import { commitOf } from '../support/store/commits.ts';

const minute = (n: number) => `2026-11-21T12:0${n}:00.000Z`;
const by = (actor: string, correlation: string) => ({ actor, correlation, causation: `cause of ${correlation}` });
const history = [
  commitOf('account-a', 1, {
    events: [{ type: 'AccountOpened', v: 1, data: { owner: 'ada', currency: 'EUR' } }],
    at: minute(1),
    meta: by('ada', 'c-1'),
  }),
  commitOf('parcel-a', 1, {
    events: [{ type: 'ParcelSent', v: 1, data: { sender: 'bob', code: 'x' } }],
    at: minute(2),
    meta: by('bob', 'c-1'),
  }),
  commitOf('account-a', 2, {
    version: 3,
    events: [
      { type: 'MoneyDeposited', v: 1, data: { amount: 5, currency: 'EUR' } },
      { type: 'MoneyDeposited', v: 1, data: { amount: 6, currency: 'EUR' } },
    ],
    at: minute(3),
    meta: by('ada', 'c-2'),
  }),
];
const recorded = { ...by('ada', 'c-3'), id: 'account-a/4', stream: 'account-a', commit: 3, at: minute(4) };
const operator = { id: 'op', kind: 'user', roles: ['operator'] } as const;

const logOf = async (options: Partial<Parameters<typeof eventLog>[1]> = {}) => {
  const projection = eventLog([account, parcel], { may: ['operator'], ...options }) as unknown as AnyProjection;
  const [store, view] = [memoryStore(), withCursors(projection, memoryView())];
  for (const commit of history) await store.append(commit);
  const deliveries = history.map((commit, i) => ({ id: String(i), delivered: { ...commit, types: [] } }));
  expect(await projectBatch({ projection, store, view, clock: memoryClock(), log: memoryLog() }, deliveries)).toEqual([]);
  const querying = { projection, reader: view, clock: memoryClock() };
  const list = async (name: string, value: string) => {
    const { items } = await queryList(querying, operator, { limit: 9, direction: 'newest-first', list: name, by: value });
    return items.map((item) => item as LoggedCommit).map(({ stream, commit }) => `${stream}#${commit}`);
  };
  return { querying, list };
};

describe('the event log', () => {
  it('has a row for each commit, with its events and without what it says', async () => {
    const { querying } = await logOf();
    const { body } = await queryById(querying, operator, 'account-a', { limit: 1, direction: 'newest-first' });
    expect(body).toMatchObject({
      items: [
        {
          stream: 'account-a',
          version: 3,
          commit: 2,
          events: [
            { type: 'MoneyDeposited', version: 2 },
            { type: 'MoneyDeposited', version: 3 },
          ],
          at: minute(3),
          actor: 'ada',
          correlation: 'c-2',
          causation: 'cause of c-2',
        },
      ],
    });
    expect(JSON.stringify(body)).not.toContain('amount');
  });

  it('has what they say where that is asked for', async () => {
    const { querying } = await logOf({ data: true });
    const { body } = await queryById(querying, operator, 'account-a', { limit: 1, direction: 'newest-first' });
    expect(body).toMatchObject({ items: [{ events: [{ data: { amount: 5 } }, { data: { amount: 6, currency: 'EUR' } }] }] });
  });

  it('leaves out what a row has no room for, and says so', () => {
    const write = eventLog([account], { may: ['operator'], data: true }).on.MoneyDeposited!;
    const data = [{ n: 1 }, { text: 'x'.repeat(99_980) }, { n: 22 }];
    const row = data.reduce<LoggedCommit | undefined>(
      (before, each, i) => write(before, { ...recorded, type: 'MoneyDeposited', version: i + 1, data: each } as never),
      undefined,
    );
    expect(row?.events.map((event) => [typeof event.data, event.tooLarge])).toEqual([
      ['object', undefined],
      ['object', undefined],
      ['undefined', true],
    ]);
  });

  it('lists commits of all categories by correlation, in the order of time, and by actor and day where that is declared', async () => {
    const { list } = await logOf({ lists: ['by-actor', 'by-day'] });
    expect(await list('by-actor', 'bob')).toEqual(['parcel-a#1']);
    expect(await list('by-correlation', 'c-1')).toEqual(['parcel-a#1', 'account-a#1']);
    expect(await list('by-day', '2026-11-21')).toEqual(['account-a#2', 'parcel-a#1', 'account-a#1']);
    const lists = (options: object) => Object.keys(eventLog([account], { may: ['operator'], ...options }).lists ?? {});
    expect(lists({})).toEqual(['by-correlation']);
    expect(lists({ lists: ['by-day'] })).toEqual(['by-correlation', 'by-day']);
  });

  it('handles every type that its categories have', () => {
    const { on } = eventLog([account, parcel], { may: ['operator'] });
    expect(Object.keys(on).sort()).toEqual([...Object.keys(account.events), ...Object.keys(parcel.events)].sort());
  });
});

describe('a view of several categories', () => {
  const manifestOf = (projection: object) => () =>
    defineManifest({
      aggregates: [],
      projections: [{ ...eventLog([account, parcel], { may: ['operator'] }), ...projection } as unknown as AnyProjection],
    });

  it.each<[string, object, RegExp]>([
    ['no source', { from: [], on: {} }, /event-log has no source/],
    ['one twice', { from: [account, account], on: { AccountOpened: () => {} } }, /event-log reads account twice/],
    ['a type that none has', { on: { Invented: () => {} } }, /handles Invented, which account and parcel does not have/],
    ['a type by the name of what every object has', { on: { toString: () => {} } }, /handles toString/],
    ['too many shards', { kind: 'shared-rows', shards: 101 }, /1 to 100/],
  ])('is refused with %s', (_, over, message) => expect(manifestOf(over)).toThrow(message));

  it('reads what each category means by a type that both have', async () => {
    const amount = (schema: z.ZodType) => ({ Set: v1(z.object({ to: schema })) });
    const sources = [
      { category: 'left', events: amount(z.int()) },
      { category: 'right', events: amount(z.string()) },
    ];
    const projection = eventLog(sources, { may: ['operator'], data: true }) as unknown as AnyProjection;
    const view = withCursors(projection, memoryView());
    const commits = [
      commitOf('left-1', 1, { events: [{ type: 'Set', v: 1, data: { to: 1 } }] }),
      commitOf('right-1', 1, { events: [{ type: 'Set', v: 1, data: { to: 'one' } }] }),
    ];
    const store = memoryStore();
    for (const commit of commits) await store.append(commit);
    const deliveries = commits.map((commit, i) => ({ id: String(i), delivered: { ...commit, types: ['Set'] } }));
    expect(await projectBatch({ projection, store, view, clock: memoryClock(), log: memoryLog() }, deliveries)).toEqual([]);
    expect([await view.head('left-1'), await view.head('right-1')]).toMatchObject([{ commit: 1 }, { commit: 1 }]);
    expect((await view.head('right-1'))?.parked).toBeUndefined();
  });
});

describe('an event log of processes', () => {
  it('has what happened in their instances, and not what each commit keeps for the kernel', () => {
    const { on } = eventLog([account, processDecider(fraudWatch as never)], { may: ['operator'] });
    expect(Object.keys(on)).toEqual(expect.arrayContaining(['MoneyWithdrawn', 'Reacted', 'Ended', 'RapidWithdrawalsSuspected']));
    expect(Object.keys(on)).not.toEqual(expect.arrayContaining(['Remembered']));
    expect(Object.keys(on)).not.toEqual(expect.arrayContaining(['StepEnded']));
  });
});
