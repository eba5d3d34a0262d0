import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Commit } from '../../../lib/core/commit.ts';
import { handleCommand } from '../../../lib/engine/command/handle.ts';
import type { CommandAnswer, Commanding } from '../../../lib/engine/command/request.ts';
import type { Store } from '../../../lib/engine/ports.ts';
import { verifyStream } from '../../../lib/engine/store/verify.ts';
import { memoryProofs } from '../../../lib/testing/memory/system.ts';
import { asks, instanceOver, memoryTable, operator, robot, watched } from '../../support/examples/commanding.ts';
import { member } from '../../support/examples/member.ts';
import { runs } from '../../support/runs.ts';

type Table = ReturnType<typeof memoryTable>;
const members = (table: Table): Commanding => instanceOver(table, { decider: member, code: 'member-1' });
const change = (id: string, mail: string, over: Parameters<typeof asks>[2] = {}) =>
  asks('ChangeMail', { mail }, { stream: `member-${id}`, actor: operator, ...over });
const leave = (id: string) => asks('Leave', {}, { stream: `member-${id}`, actor: operator });

/** The addresses by member, from the members' own histories. */
const addresses = (commits: readonly Commit[]): ReadonlyMap<string, string> => {
  const held = new Map<string, string>();
  for (const { stream, events } of commits.filter((commit) => commit.stream.startsWith('member-')))
    for (const { type, data } of events) {
      if (type === 'MailChanged') held.set(stream, (data as { mail: string }).mail);
      else held.delete(stream);
    }
  return held;
};

describe('a unique value', () => {
  it('is claimed with the command that needs it, in one transaction whose commits list each other', async () => {
    const table = memoryTable();
    const answer = await handleCommand(members(table), change('1', 'ada@example.test'));
    expect(answer.outcome).toBe('committed');
    const [own, reserved] = table.store.stored();
    expect(own).toMatchObject({ stream: 'member-1', siblings: [{ stream: reserved?.stream, commit: 1 }] });
    expect(reserved).toMatchObject({
      events: [{ type: 'ValueClaimed', data: { by: 'member-1' } }],
      command: own?.command,
      siblings: [{ stream: 'member-1', commit: 1 }],
    });
    expect(reserved?.stream).toMatch(/^unique-member\.mailAddress\.[0-9a-f]{64}$/);
    expect(JSON.stringify(reserved)).not.toContain('ada@');
  });

  it('is refused to anybody else, until it is released', async () => {
    const table = memoryTable();
    await handleCommand(members(table), change('1', 'ada@example.test'));
    const taken = { outcome: 'refused', refusal: { refused: 'mail-address-taken' } };
    expect(await handleCommand(members(table), change('2', 'ada@example.test'))).toEqual(taken);
    await handleCommand(members(table), change('1', 'new@example.test'));
    expect((await handleCommand(members(table), change('2', 'ada@example.test'))).outcome).toBe('committed');
    expect(await handleCommand(members(table), change('2', 'new@example.test'))).toEqual(taken);
    await handleCommand(members(table), leave('1'));
    expect((await handleCommand(members(table), change('2', 'new@example.test'))).outcome).toBe('committed');
  });

  it('that is taken leaves a process the outcome of its command on the target', async () => {
    const table = memoryTable();
    await handleCommand(members(table), change('1', 'ada@example.test'));
    const answer = await handleCommand(members(table), change('2', 'ada@example.test', { actor: robot }));
    expect(answer).toMatchObject({
      outcome: 'committed',
      commit: { stream: 'member-2', events: [], refused: { reason: 'mail-address-taken' } },
    });
  });

  it('costs a command that does not touch it nothing: one append, as ever', async () => {
    const table = memoryTable();
    const { commanding, calls } = watched(members(table));
    await handleCommand(commanding, change('1', 'ada@example.test'));
    calls.length = 0;
    await handleCommand(commanding, change('1', 'ada@example.test', { actor: robot }));
    expect(calls).toEqual(['store.append']);
  });

  it('that another stream holds is not freed by one that never held it, as after an import of both', async () => {
    const table = memoryTable();
    await handleCommand(members(table), change('1', 'ada@example.test'));
    const [held] = table.store.stored();
    // Imported with the same address: a later claim is refused as taken, and the history stays.
    const { siblings: _, ...alone } = held!;
    await table.store.append({ ...alone, stream: 'member-2', imported: 'elsewhere' });
    expect((await handleCommand(members(table), leave('2'))).outcome).toBe('committed');
    expect(await handleCommand(members(table), change('3', 'ada@example.test'))).toEqual({
      outcome: 'refused',
      refusal: { refused: 'mail-address-taken' },
    });
  });

  it('is never claimed before it was released, whatever the claiming clock says', async () => {
    const table = memoryTable();
    await handleCommand(members(table), change('1', 'ada@example.test'));
    table.clock.advance(60_000);
    await handleCommand(members(table), leave('1'));
    table.clock.advance(-30_000);
    await handleCommand(members(table), change('2', 'ada@example.test'));
    const times = table.store.stored().flatMap(({ stream, at }) => (stream.startsWith('unique-') ? [at] : []));
    expect(times).toEqual(['2026-11-21T12:00:00.000Z', '2026-11-21T12:01:00.000Z', '2026-11-21T12:01:00.000Z']);
  });

  it('belongs to one stream at most, under races, crashes and retries', async () => {
    const step = fc.record({
      member: fc.constantFrom('1', '2', '3'),
      mail: fc.constantFrom('a', 'b', undefined),
      instance: fc.nat(2),
      key: fc.constantFrom('k1', 'k2', 'k3', 'k4'),
      loses: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(step, { minLength: 2, maxLength: 12 }), async (scheduler, steps) => {
        const table = memoryTable();
        const instances = [0, 1, 2].map(() => members(table));
        const run = async ({
          member: id,
          mail,
          instance,
          key,
          loses,
        }: (typeof steps)[number]): Promise<CommandAnswer | undefined> => {
          const store: Store = {
            ...table.store,
            read: (stream, range) => scheduler.schedule(Promise.resolve()).then(() => table.store.read(stream, range)),
            append: (commit) => scheduler.schedule(Promise.resolve()).then(() => table.store.append(commit)),
            appendTogether: async (commits, unmoved) => {
              await scheduler.schedule(Promise.resolve());
              const appended = await table.store.appendTogether(commits, unmoved);
              if (loses) throw new Error('the answer got lost');
              return appended;
            },
          };
          const request = mail === undefined ? leave(id) : change(id, mail, { key });
          return handleCommand({ ...instances[instance]!, store }, request).catch(() => undefined);
        };
        const running = Promise.all(steps.map(run));
        await scheduler.waitFor(running);
        await running;
        const held = [...addresses(table.store.stored()).values()];
        expect(new Set(held).size).toBe(held.length);
        for (const stream of new Set(table.store.stored().map((commit) => commit.stream)))
          expect(await verifyStream(table.store, { keys: table.keys, proofs: memoryProofs() }, stream)).not.toHaveProperty(
            'fault',
          );
      }),
      { numRuns: runs(60) },
    );
  });
});
