import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dryRun } from '../../../lib/engine/command/dry-run.ts';
import { handleCommand } from '../../../lib/engine/command/handle.ts';
import type { CommandAnswer, Commanding, CommandRequest } from '../../../lib/engine/command/request.ts';
import {
  ada,
  asks,
  bob,
  deposits,
  instanceOver,
  memoryTable,
  opens,
  operator,
  watched,
  withdraws,
} from '../../support/examples/commanding.ts';
import { member } from '../../support/examples/member.ts';

type Table = ReturnType<typeof memoryTable>;
type DryRun = (commanding: Commanding, request: CommandRequest) => Promise<object>;

const settings = (table: Table) => ({ ...instanceOver(table).settings, snapshotBytes: 300 });

/** Two instances with caches of their own; and one of another release, which knows no snapshot and would save one when it loads. */
const instancesOf = (table: Table): readonly Commanding[] =>
  ['teller-1', 'teller-1', 'teller-2'].map((code) => instanceOver(table, { code, settings: settings(table) }));
const membersOf = (table: Table): readonly Commanding[] =>
  ['member-1', 'member-1', 'member-2'].map((code) => instanceOver(table, { decider: member, code, settings: settings(table) }));

const streams = ['account-1', 'member-1', 'member-2'];

/** Everything that a command might leave behind: commits with reservations, snapshots, and the states in caches. */
const left = ({ store, snapshots }: Table, instances: readonly Commanding[]) => ({
  commits: store.stored(),
  snapshots: [...snapshots.items],
  cached: instances.map(({ cache }) => streams.map((stream) => cache.get(stream))),
});

const real = (answer: CommandAnswer) => (answer.outcome === 'committed' ? { commit: answer.commit } : answer);

const person = fc.constantFrom(ada, bob, operator);
const identity = fc.record({
  actor: person,
  key: fc.option(fc.constantFrom('k1', 'k2', 'k3'), { nil: undefined }),
  expectedVersion: fc.option(fc.nat(4), { nil: undefined }),
});
type Asked = Readonly<{ of: 'account' | 'member'; request: CommandRequest; instance: number }>;
const money = fc.integer({ min: 1, max: 60 });
const given = ({ expectedVersion, key, ...rest }: { actor: typeof ada; key?: string; expectedVersion?: number }) => ({
  ...rest,
  ...(key !== undefined && { key }),
  ...(expectedVersion !== undefined && { expectedVersion }),
});
const account = fc.oneof(
  identity.map((over) => opens(given(over))),
  fc.tuple(money, identity).map(([amount, over]) => deposits(amount, given(over))),
  fc.tuple(money, identity).map(([amount, over]) => withdraws(amount, given(over))),
  identity.map((over) => asks('Glance', {}, given(over))),
);
const members = fc
  .tuple(fc.constantFrom('member-1', 'member-2'), fc.constantFrom('a@example.test', 'b@example.test'), identity)
  .map(([stream, mail, over]) => asks('ChangeMail', { mail }, { ...given(over), stream }));
const asked: fc.Arbitrary<Asked> = fc.record({ instance: fc.nat(2) }).chain(({ instance }) =>
  fc.oneof(
    account.map((request) => ({ of: 'account' as const, request, instance })),
    members.map((request) => ({ of: 'member' as const, request, instance })),
  ),
);

/** Tries each command before it is sent, and compares the two; counts the outcomes. */
const play = async (commands: readonly Asked[], tried: DryRun, counts: Record<string, number>) => {
  const table = memoryTable();
  const instances = { account: instancesOf(table), member: membersOf(table) };
  const all = [...instances.account, ...instances.member];
  for (const { of, request, instance } of commands) {
    const before = left(table, all);
    const answer = await tried(instances[of][instance]!, request);
    expect(left(table, all)).toEqual(before);
    const { outcome, tookEffect, states: _, ...rest } = answer as Record<string, unknown>;
    // Commits are appended by another instance than the one that tried: a cached state must not have been enough.
    const appended = await handleCommand(instances[of][(instance + 1) % 2]!, request);
    const stored = table.store.stored().length - before.commits.length;
    expect(outcome === 'tried' ? rest : answer).toEqual(real(appended));
    if (outcome === 'tried') expect(tookEffect).toBe(stored === 0);
    const name = `${outcome}${tookEffect ? ' already' : ''}${stored > 1 ? ' with a reservation' : ''}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
};

const played = (tried: DryRun, counts: Record<string, number> = {}) =>
  fc.check(
    fc.asyncProperty(fc.array(asked, { minLength: 5, maxLength: 25 }), (commands) => play(commands, tried, counts)),
    { numRuns: 60, endOnFailure: true },
  );

describe('a dry run', () => {
  it('answers as the command would, and leaves nothing behind: no commit, reservation, snapshot or cached state', async () => {
    const counts: Record<string, number> = {};
    const { failed, errorInstance } = await played(dryRun, counts);
    if (failed) throw errorInstance;
    for (const name of [
      'tried',
      'tried already',
      'tried with a reservation',
      'refused',
      'forbidden',
      'stale',
      'unchanged',
      'id-reused',
    ])
      expect(counts[name], name).toBeGreaterThan(0);
  });

  it('is noticed when it stores something, or decides on a state that has passed', async () => {
    const storing: DryRun = async (commanding, request) => real(await handleCommand(commanding, request));
    const believing: DryRun = (commanding, request) =>
      dryRun({ ...commanding, store: { ...commanding.store, read: async () => ({ commits: [] }) } }, request);
    for (const mutant of [storing, believing]) expect((await played(mutant)).failed).toBe(true);
  });

  it('reads once, also when the state is cached', async () => {
    const table = memoryTable();
    const { commanding, calls } = watched(instanceOver(table));
    await handleCommand(commanding, opens());
    calls.length = 0;
    await dryRun(commanding, deposits(1));
    expect(calls).toEqual(['store.read']);
  });
});
