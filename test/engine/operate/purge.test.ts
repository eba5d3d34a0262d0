import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountBalance } from '../../../domains/account/projections/balance.ts';
import { accountStatement } from '../../../domains/account/projections/statement.ts';
import { accountTotals } from '../../../domains/account/projections/totals.ts';
import { accountSource } from '../../../events/account.ts';
import { type Commit, typesOf } from '../../../lib/core/commit.ts';
import type { AnyDecider } from '../../../lib/core/decider.ts';
import { eventLog } from '../../../lib/core/event-log.ts';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import { handleCommand } from '../../../lib/engine/command/handle.ts';
import { toPointer } from '../../../lib/engine/delivery/delivered.ts';
import { publish } from '../../../lib/engine/delivery/publish.ts';
import { importHistory } from '../../../lib/engine/history/import-history.ts';
import { NotPurgeable, type Purging, purgeStream } from '../../../lib/engine/operate/purge.ts';
import { handledBy } from '../../../lib/engine/rebuild/scan.ts';
import { defaultSettings } from '../../../lib/engine/settings.ts';
import { unknown } from '../../../lib/engine/store/known.ts';
import { follow, load, saveSnapshot } from '../../../lib/engine/store/load.ts';
import { blankOf, isPurged, StreamPurged } from '../../../lib/engine/store/purged.ts';
import { type TableChange, tamperings } from '../../../lib/engine/store/tampering.ts';
import { verifyStream } from '../../../lib/engine/store/verify.ts';
import { withCursors } from '../../../lib/engine/view/kinds/index.ts';
import { projectBatch } from '../../../lib/engine/view/project.ts';
import type { Projecting } from '../../../lib/engine/view/projecting.ts';
import { memoryClock, memoryLog, memoryProofs } from '../../../lib/testing/memory/system.ts';
import { memoryView } from '../../../lib/testing/memory/view.ts';
import { asks, deposits, instanceOver, memoryTable, opens, operator } from '../../support/examples/commanding.ts';
import { campus } from '../../support/examples/dcb-courses.ts';
import { member } from '../../support/examples/member.ts';
import { teller } from '../../support/examples/teller.ts';
import { runs } from '../../support/runs.ts';

type Table = ReturnType<typeof memoryTable>;

const stream = 'account-1';
const proofs = memoryProofs('purges');
/** An amount that nothing else has. */
const marked = 7_654_321;

const purgingOn = (table: Table, over: Partial<Purging> = {}): Purging => ({
  ...table,
  closing: table.snapshots,
  settings: defaultSettings,
  deciders: [teller, member as unknown as AnyDecider],
  codeOf: (category) => `${category}-1`,
  proofs,
  ...over,
});

const asked = { stream, why: 'request 4711', by: 'olga', correlation: 'c-purge' };

/** A table with an account of so many commits, and another one beside it. */
const tableWith = async (commits: number) => {
  const table = memoryTable();
  const tellers = instanceOver(table, { code: 'account-1' });
  await handleCommand(tellers, opens());
  for (let n = 1; n < commits; n++) await handleCommand(tellers, deposits(marked));
  await handleCommand(tellers, opens({ stream: 'account-2' }));
  return { table, tellers };
};

const verified = ({ store, keys }: Table, of = stream) => verifyStream(store, { keys, proofs }, of);
const own = ({ store }: Table, of = stream): readonly Commit[] =>
  store
    .stored()
    .filter((commit) => commit.stream === of)
    .toSorted((a, b) => a.commit - b.commit);

describe('a purge', () => {
  it('leaves a signed record, a blank at each number, and nothing of the events', async () => {
    const { table } = await tableWith(4);
    const before = own(table);
    const { purge, commit } = await purgeStream(purgingOn(table), asked);
    expect(commit).toBe(5);
    expect(purge).toMatchObject({ commits: 4, version: 4, events: 4, by: 'olga', why: 'request 4711' });
    expect(purge.types).toEqual([...new Set(before.flatMap(typesOf))].sort());
    const after = own(table);
    expect(after.map((each) => each.commit)).toEqual([1, 2, 3, 4, 5]);
    expect(after.at(-1)?.prev).toBe(purge.last);
    expect(JSON.stringify(after)).not.toContain(String(marked));
    expect(after.flatMap(({ events }) => events)).toEqual([]);
    expect(after.slice(0, -1)).toEqual([1, 2, 3, 4].map((n) => blankOf(after.at(-1)!, n)));
    expect(await verified(table)).toEqual({ stream, purge, left: 0 });
    expect(await verified(table, 'account-2')).toEqual({ stream: 'account-2', commits: 1 });
  });

  it('closes its stream for good: for new functions and for warm ones, whatever state they know', async () => {
    const { table, tellers } = await tableWith(1);
    // Each knows the stream as it was after another commit.
    const warm = [];
    for (let n = 0; n < 4; n++) {
      const one = instanceOver(table, { code: 'account-1' });
      await handleCommand(one, deposits(1, { actor: { id: 'ada', kind: 'user', roles: [] } }));
      warm.push(one);
    }
    await purgeStream(purgingOn(table), asked);
    const stored = table.store.stored();
    for (const each of [tellers, ...warm, instanceOver(table), instanceOver(table, { code: 'account-1' })])
      for (const command of [deposits(1), opens(), asks('Close')])
        await expect(handleCommand(each, command)).rejects.toThrow(StreamPurged);
    expect(table.store.stored()).toEqual(stored);
    const problem = await handleCommand(tellers, deposits(1)).catch((error: StreamPurged) => error.problem);
    expect(problem).toMatchObject({ kind: 'stream-purged', status: 410 });
  });

  it('is finished by a repeat, wherever it was cut off, and beside commands: nothing of it is left, and no number is free', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.nat(9), { maxLength: 3 }),
        fc.array(fc.nat(9), { maxLength: 3 }),
        async (commits, cuts, commands) => {
          const { table, tellers } = await tableWith(commits);
          let calls = 0;
          const racing = new Set(commands);
          const taken: string[] = [];
          /** Each call of a port may be the last one of a function: before it took effect, or after. Between two of them a command may come. */
          const dying = <A extends unknown[], R>(at: number, run: (...given: A) => Promise<R>) => {
            return async (...given: A): Promise<R> => {
              const n = calls++;
              if (racing.delete(n))
                taken.push(await handleCommand(tellers, deposits(marked)).then(({ outcome }) => outcome, String));
              if (n === at && n % 2 === 0) throw new Error('cut off before');
              const answer = await run(...given);
              if (n === at) throw new Error('cut off after');
              return answer;
            };
          };
          for (const at of cuts) {
            calls = 0;
            const { store, snapshots } = table;
            const purging = purgingOn(table, {
              store: { ...store, append: dying(at, store.append), blank: dying(at, store.blank) },
              closing: { close: dying(at, snapshots.close) },
            });
            await purgeStream(purging, asked).catch((error: Error) => expect(error.message).toContain('cut off'));
          }
          const first = await purgeStream(purgingOn(table), asked);
          const there = own(table);
          expect(await purgeStream(purgingOn(table), { ...asked, why: 'another', by: 'bob' })).toEqual(first);
          expect(own(table)).toEqual(there);
          expect(there.map(({ commit }) => commit)).toEqual(there.map((_, i) => i + 1));
          expect(JSON.stringify(there)).not.toContain(String(marked));
          expect(await verified(table)).toEqual({ stream, purge: first.purge, left: 0 });
          expect(first.purge.commits).toBe(commits + taken.filter((outcome) => outcome === 'committed').length);
        },
      ),
      { numRuns: runs(60) },
    );
  });

  it('takes the snapshots along, and keeps away one that a slow function saves late', async () => {
    const { table, tellers } = await tableWith(3);
    const loading = { ...tellers, code: 'account-1' };
    const late = follow(loading, unknown(teller, stream, 0), own(table).slice(0, 2));
    await saveSnapshot({ ...loading, code: 'older' }, late);
    await purgeStream(purgingOn(table), asked);
    for (const code of ['account-1', 'older']) await saveSnapshot({ ...loading, code }, late);
    expect(JSON.stringify([...table.snapshots.items])).not.toContain(String(marked));
    for (const code of ['account-1', 'older']) await expect(load({ ...loading, code }, stream)).rejects.toThrow(StreamPurged);
  });

  it('is seen by a load before any commit is blanked: nothing is folded, and no snapshot is made of what is about to go', async () => {
    const { table, tellers } = await tableWith(60);
    const blank = async () => {
      throw new Error('cut off');
    };
    await expect(purgeStream(purgingOn(table, { store: { ...table.store, blank } }), asked)).rejects.toThrow('cut off');
    table.snapshots.items.clear();
    const settings = { ...defaultSettings, snapshotBytes: 2_000 };
    // Several pages: the first ones are folded before the last one is read.
    const store: typeof table.store = { ...table.store, read: (of, range) => table.store.read(of, { limit: 20, ...range }) };
    await expect(load({ ...tellers, store, code: 'account-1', settings }, stream)).rejects.toThrow(StreamPurged);
    expect([...table.snapshots.items]).toEqual([]);
  });

  it('gives back the unique values of its stream', async () => {
    const table = memoryTable();
    const members = instanceOver(table, { decider: member as unknown as AnyDecider, code: 'member-1' });
    const change = (id: string) => asks('ChangeMail', { mail: 'ada@example.test' }, { stream: `member-${id}`, actor: operator });
    await handleCommand(members, change('1'));
    await purgeStream(purgingOn(table), { ...asked, stream: 'member-1' });
    expect((await handleCommand(members, change('2'))).outcome).toBe('committed');
  });

  it('is refused for streams that others rely on, and for those whose events are copied into tags', async () => {
    const { table } = await tableWith(1);
    for (const of of ['unique-member.mailAddress.00', 'transferProcess-1', 'tag-course.c1', 'erasure-ada', 'account-none'])
      await expect(purgeStream(purgingOn(table), { ...asked, stream: of })).rejects.toThrow(NotPurgeable);
    const tagged = purgingOn(table, { deciders: [campus as unknown as AnyDecider] });
    await expect(purgeStream(tagged, { ...asked, stream: `${campus.category}-1` })).rejects.toThrow(/carry tags/);
  });

  it('is not undone by an import', async () => {
    const { table } = await tableWith(3);
    const before = own(table);
    await purgeStream(purgingOn(table), asked);
    const lines = async function* () {
      yield* before;
    };
    const { written, refusals } = await importHistory({ ...table, mark: 'again' }, [lines() as never]);
    expect(written).toBe(0);
    expect(refusals).toMatchObject([{ stream, reason: 'the stream was purged, and takes nothing again' }]);
  });
});

describe('the guard and verify', () => {
  const purged = async () => {
    const { table } = await tableWith(3);
    const before = own(table);
    const { commit } = await purgeStream(purgingOn(table), asked);
    return { table, before, record: own(table).at(-1)!, commit };
  };
  const raised = (table: Table, changes: readonly TableChange[]) => tamperings({ store: table.store, proofs }, changes);
  const modified = (before: object, after: object): TableChange => ({ kind: 'MODIFY', before, after }) as unknown as TableChange;

  it('take what a purge did for what it is', async () => {
    const { table, before } = await purged();
    expect(
      await raised(
        table,
        before.map((commit, i) => modified(commit, own(table)[i]!)),
      ),
    ).toEqual([]);
  });

  it('do not take anything else for a purge', async () => {
    const { table, before, record } = await purged();
    const [first] = before as [Commit];
    const blank = blankOf(record, 1);
    const forged: readonly TableChange[] = [
      { kind: 'REMOVE', before: blank } as unknown as TableChange,
      { kind: 'REMOVE', before: record } as unknown as TableChange,
      modified(first, { ...first, purged: record.commit }),
      modified(first, { ...blank, version: 1 }),
      modified(record, { ...record, why: 'none' }),
      modified(own(table, 'account-2')[0]!, { ...blankOf({ ...record, stream: 'account-2' }, 1) }),
    ];
    expect(await raised(table, forged)).toHaveLength(forged.length);
    // A record that somebody else put there, without the secret.
    const { table: other } = await tableWith(2);
    const fake: Commit = { ...record, commit: 3, purged: 3, purge: { ...record.purge!, commits: 2 } };
    await other.store.append(fake);
    expect(await raised(other, [modified(own(other)[0]!, blankOf(fake, 1))])).toHaveLength(1);
    expect(await verified(other)).toMatchObject({ commit: 3, fault: 'it records a purge that this deployment has not signed' });
  });

  it('say how much of an unfinished one is left, and find what was put behind it', async () => {
    const { table } = await tableWith(3);
    const { store } = table;
    let blanks = 0;
    const blank: typeof store.blank = async (left) => {
      if (blanks++ === 1) throw new Error('cut off');
      await store.blank(left);
    };
    await expect(purgeStream(purgingOn(table, { store: { ...store, blank } }), asked)).rejects.toThrow('cut off');
    expect(await verified(table)).toMatchObject({ left: 2, purge: { commits: 3 } });
    await purgeStream(purgingOn(table), asked);
    const record = own(table).at(-1)!;
    await store.append({ ...record, commit: 5 });
    expect(await verified(table)).toMatchObject({ commit: 5, fault: 'it was appended after the stream was purged' });
  });
});

const log = eventLog([accountSource], { may: ['operator'], data: true });
const views = [accountBalance, accountStatement, accountTotals, log] as unknown as readonly AnyProjection[];

describe.each(views.map((view) => [view.name, view] as const))('the rows of a purged stream in %s', (_, projection) => {
  const deliver = (projecting: Projecting, ...commits: readonly Commit[]) =>
    projectBatch(
      projecting,
      commits.map((commit, i) => ({ id: String(i), delivered: { ...commit, types: typesOf(commit) } })),
    );
  const over = (table: Table): Projecting => ({
    projection,
    store: table.store,
    view: withCursors(projection, memoryView()),
    clock: memoryClock(),
    log: memoryLog(),
  });
  const items = ({ view }: Projecting) =>
    (view as ReturnType<typeof memoryView>)
      .items()
      .map(({ writes: _, refolded: __, ...item }) => item)
      .filter(({ sort, row }) => sort === 'head' || row !== undefined)
      .toSorted((a, b) => `${a.key} ${a.sort}`.localeCompare(`${b.key} ${b.sort}`));

  it('go, whatever the view has seen, in whatever order; a view that is made afterwards is equal', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.nat(5),
        fc.array(fc.nat(6), { maxLength: 6 }),
        fc.boolean(),
        async (commits, seen, later, isParked) => {
          const { table } = await tableWith(commits);
          const [before, other] = [own(table), own(table, 'account-2')];
          const projecting = over(table);
          await deliver(projecting, ...other, ...before.slice(0, seen));
          const untouched = items(projecting).filter((item) => item.stream === 'account-2');
          const head = await projecting.view.head(Array.isArray(projection.from) ? stream : '1');
          if (isParked && head)
            await projecting.view.putHead({ ...head, parked: { commit: head.commit + 1, reason: 'x', at: head.key } }, head);
          await purgeStream(purgingOn(table), asked);
          const all = [...before, own(table).at(-1)!];
          // Deliveries from before may be on their way still; the record comes at some time.
          for (const n of later) await deliver(projecting, all[Math.min(n, all.length - 1)]!);
          await deliver(projecting, all.at(-1)!);
          for (const n of later) await deliver(projecting, all[Math.min(n, all.length - 1)]!);
          expect(JSON.stringify(items(projecting))).not.toContain(String(marked));
          expect(items(projecting).filter((item) => item.stream === 'account-2')).toEqual(untouched);
          const afresh = over(table);
          await deliver(afresh, ...other, ...own(table));
          expect(items(projecting)).toEqual(items(afresh));
        },
      ),
      { numRuns: runs(40) },
    );
  });

  it('do not come back by a function that read the stream and the view before, and writes after, wherever it waits between', async () => {
    let waited = 0;
    for (const seen of [0, 1, 2])
      for (let at = 1, isThere = true; isThere; at++) {
        const { table } = await tableWith(4);
        const [before, other] = [own(table), own(table, 'account-2')];
        const projecting = over(table);
        await deliver(projecting, ...other, ...before.slice(0, seen));
        let calls = 0;
        /** Before one of its calls to the view the purge passes, and the view hears of it. */
        const late = Object.entries(projecting.view).map(([name, method]) => [
          name,
          async (...given: never[]) => {
            calls += 1;
            if (calls === at) {
              await purgeStream(purgingOn(table), asked);
              await deliver(projecting, own(table).at(-1)!);
            }
            return (method as (...all: never[]) => unknown)(...given);
          },
        ]);
        await deliver({ ...projecting, view: Object.fromEntries(late) }, ...before.slice(seen));
        isThere = calls >= at;
        if (!isThere) continue;
        waited += 1;
        const afresh = over(table);
        await deliver(afresh, ...other, ...own(table));
        expect(items(projecting), `${seen} commits seen, before call ${at}`).toEqual(items(afresh));
      }
    expect(waited).toBeGreaterThan(3);
  });
});

it('tells all who handle one of the events that went, and nobody else', async () => {
  const { table } = await tableWith(2);
  await purgeStream(purgingOn(table), asked);
  const record = own(table).at(-1)!;
  const sent: string[] = [];
  await publish(
    {
      bus: {
        send: async (entries) => {
          sent.push(...entries.map(({ detail }) => detail));
          return [];
        },
      },
      clock: memoryClock(),
      keys: table.keys,
      log: memoryLog(),
      proofs: memoryProofs(),
    },
    [...own(table).filter((each) => isPurged(each))],
  );
  expect(sent).toHaveLength(1);
  expect(JSON.parse(sent[0]!)).toMatchObject({ commit: 3, types: record.purge?.types });
  expect(toPointer(record).types).toEqual(record.purge?.types);
  for (const view of views) expect(handledBy({ projection: view })(record)).toBe(true);
  expect(handledBy({ projection: views[0]! })(own(table)[0]!)).toBe(false);
});
