import { describe, expect, it } from 'vitest';
import { accountBalance } from '../../../domains/account/projections/balance.ts';
import { accountStatement } from '../../../domains/account/projections/statement.ts';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import { toProvedBody } from '../../../lib/engine/delivery/proof.ts';
import { toEntry } from '../../../lib/engine/delivery/publish.ts';
import type { Queue, ViewItem } from '../../../lib/engine/ports.ts';
import { meantFor } from '../../../lib/engine/view/group/meant.ts';
import { doneBefore, routeToGroup, type ViewGroup } from '../../../lib/engine/view/group/route.ts';
import { keepingHeads } from '../../../lib/engine/view/kept-heads.ts';
import { withCursors } from '../../../lib/engine/view/kinds/index.ts';
import { memoryStore } from '../../../lib/testing/memory/store.ts';
import { memoryClock, memoryLog, memoryProofs } from '../../../lib/testing/memory/system.ts';
import { memoryView } from '../../../lib/testing/memory/view.ts';
import { commitOf } from '../../support/store/commits.ts';

const [balance, statement] = [accountBalance, accountStatement] as unknown as readonly [AnyProjection, AnyProjection];
/** A view of closings alone. */
const closings = { ...balance, name: 'closings', on: { AccountClosed: balance.on.AccountClosed } } as AnyProjection;
const proofs = memoryProofs();
const opened = commitOf('account-a', 1, {
  events: [{ type: 'AccountOpened', v: 1, data: { owner: 'ada', currency: 'EUR' } }],
});
const deposit = commitOf('account-a', 2, { events: [{ type: 'MoneyDeposited', v: 1, data: { amount: 5, currency: 'EUR' } }] });
const key = 'a';

/** A group of three views, each of which counts what is asked of its table, and fails as often as it is told. */
const house = async (projections: readonly AnyProjection[] = [balance, statement, closings]) => {
  const [store, clock, log] = [memoryStore(), memoryClock(), memoryLog()];
  for (const commit of [opened, deposit]) await store.append(commit);
  const parts = projections.map((projection) => {
    const view = withCursors(projection, memoryView());
    const calls = { heads: 0, puts: 0, failing: 0 };
    const head = (...given: Parameters<typeof view.head>) => {
      calls.heads += 1;
      return view.head(...given);
    };
    const counting =
      <Given extends unknown[], T>(put: (...given: Given) => Promise<T>) =>
      async (...given: Given) => {
        if (calls.failing-- > 0) throw new Error('The table is not there.');
        calls.puts += 1;
        return put(...given);
      };
    const counted = { ...view, head, putHead: counting(view.putHead), putRow: counting(view.putRow) };
    return { projection, view, calls, projecting: () => ({ projection, store, clock, log, ...keepingHeads(counted, clock) }) };
  });
  const instance = (more: Partial<ViewGroup> = {}) => {
    const views = parts.map(({ projecting }) => projecting());
    const group = { name: 'all', views, proofs, log, done: doneBefore(), ...more };
    return async (...messages: readonly object[]) => {
      const bodies = await Promise.all(messages.map((message) => toProvedBody(proofs, message)));
      return routeToGroup(
        group,
        bodies.map((body, i) => ({ id: `m${i}`, body })),
      );
    };
  };
  const heads = () => Promise.all(parts.map(async ({ view }) => (await view.head(key))?.commit));
  return { parts, log, instance, heads };
};

const messageOf = (commit: typeof opened) => ({ detail: JSON.parse(toEntry(commit).detail) });

describe('the queue of a group', () => {
  it('hands each commit to the views that take it, and to no other', async () => {
    const { instance, heads, parts } = await house();
    expect(await instance()(messageOf(opened), messageOf(deposit))).toEqual([]);
    expect(await heads()).toEqual([2, 2, undefined]);
    expect(parts[2]?.calls.heads).toBe(0);
  });

  it('begins with a view when the ones before it that have something to do have sent their first requests', async () => {
    const { instance, heads, parts } = await house([closings, balance, statement]);
    const asked: number[] = [];
    let begin = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const afterOthers = async (others: number) => {
      asked.push(others);
      await begun;
    };
    const answered = instance({ afterOthers })(messageOf(opened));
    await expect.poll(() => parts.map(({ calls }) => calls.puts)).toEqual([0, 1, 0]);
    begin();
    expect(await answered).toEqual([]);
    expect(asked).toEqual([1]);
    expect(await heads()).toEqual([undefined, 1, 1]);
  });

  it('gives a message back that one view could not take; the others drop it without a read, and by their cursor in another instance', async () => {
    const { instance, heads, parts } = await house();
    const [failing, other] = [parts[1]!, parts[0]!];
    failing.calls.failing = 2;
    const [one, another] = [instance(), instance()];
    expect(await one(messageOf(opened))).toEqual(['m0']);
    const before = { ...other.calls };
    expect(await one(messageOf(opened))).toEqual(['m0']);
    expect(other.calls).toEqual(before);
    expect(await another(messageOf(opened))).toEqual([]);
    expect(await heads()).toEqual([1, 1, undefined]);
    expect(await other.view.head(key)).toMatchObject({ commit: 1, row: { balance: 0 } });
  });

  it('forgets what was done of a message once it is done for all: it is a message again when it comes once more', async () => {
    const { instance, parts } = await house();
    const one = instance();
    parts[1]!.calls.failing = 1;
    await one(messageOf(opened));
    await one(messageOf(opened));
    const before = parts[0]!.calls.heads;
    expect(await one(messageOf(opened))).toEqual([]);
    expect(parts[0]!.calls.heads).toBeGreaterThan(before);
  });

  it('parks a stream in the one view whose code throws, and goes on in the others; an order is for one view', async () => {
    const throwing = {
      ...statement,
      on: {
        ...statement.on,
        MoneyDeposited: () => {
          throw new Error('a fault');
        },
      },
    } as AnyProjection;
    const { instance, parts, heads } = await house([balance, throwing]);
    const one = instance();
    expect(await one(messageOf(opened), messageOf(deposit))).toEqual([]);
    expect(await heads()).toEqual([2, 1]);
    expect(((await parts[1]!.view.head(key)) as ViewItem).parked).toMatchObject({ commit: 2 });
    const reads = parts.map(({ calls }) => calls.heads);
    const resume = { resume: { stream: 'account-a', correlation: 'c' } };
    expect(await one({ ...resume, for: 'account-statement.r2' })).toEqual([]);
    expect(parts.map(({ calls }, i) => calls.heads > reads[i]!)).toEqual([false, true]);
  });

  it('takes a message for one view to that alone, and gives back what is for none of it, or for nobody', async () => {
    const { instance, heads, log } = await house();
    const refold = { refold: { stream: 'account-a', correlation: 'c' } };
    const one = instance();
    expect(await one({ ...messageOf(deposit), for: 'account-balance.r2' })).toEqual([]);
    expect(await heads()).toEqual([2, undefined, undefined]);
    expect(await one({ ...messageOf(deposit), for: 'account-balance.r9' }, refold)).toEqual(['m0', 'm1']);
    expect(log.lines.filter(({ message }) => message === 'A message is for no view of this group.')).toHaveLength(1);
  });

  it('has messages that name their view beside what a proof covers', async () => {
    const sent: object[] = [];
    const queue: Queue = {
      send: async (messages) => {
        sent.push(...messages);
        return [];
      },
      depth: async () => ({ waiting: 0, inFlight: 0, deadLetters: 0 }),
    };
    await meantFor(queue, 'account-balance.r2').send([messageOf(opened)]);
    const body = JSON.parse(await toProvedBody(proofs, sent[0]!));
    expect(body).toMatchObject({ for: 'account-balance.r2', detail: { stream: 'account-a' } });
    expect(body.detail.for).toBeUndefined();
  });
});
