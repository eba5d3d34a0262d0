import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { storedEvents } from '../../../lib/core/commit.ts';
import { command, type Decider } from '../../../lib/core/decider.ts';
import type { Message } from '../../../lib/core/message.ts';
import { personal } from '../../../lib/core/personal/personal.ts';
import { partsOf, type Sealed } from '../../../lib/core/personal/sealed.ts';
import { v1 } from '../../../lib/core/version.ts';
import { dryRun } from '../../../lib/engine/command/dry-run.ts';
import { handleCommand, handleTogether } from '../../../lib/engine/command/handle.ts';
import type { Commanding, CommandRequest } from '../../../lib/engine/command/request.ts';
import { cachedSealing } from '../../../lib/engine/personal/cached.ts';
import { opened } from '../../../lib/engine/personal/open.ts';
import { defaultSettings } from '../../../lib/engine/settings.ts';
import { load } from '../../../lib/engine/store/load.ts';
import { memoryBox, memorySubjectKeys } from '../../../lib/testing/memory/personal.ts';
import { customer } from '../../support/apps/customer/decider.ts';
import { ada, asks, instanceOver, memoryTable, robot } from '../../support/examples/commanding.ts';

const marked = { name: 'Ada MARKED', email: 'marked@example.com', birthDate: '1815-12-10' };

const setUp = (over: Partial<Commanding> = {}) => {
  const table = memoryTable();
  const keys = memorySubjectKeys();
  const box = memoryBox();
  const sealing = cachedSealing(keys, { clock: table.clock, milliseconds: 60_000 });
  const instance = (more: Partial<Commanding> = {}) =>
    instanceOver(table, { decider: customer as never, personal: { keys: sealing, box }, ...over, ...more });
  return { table, keys, box, instance, commanding: instance() };
};
const of = (id: string, type: string, data: object, over: Partial<CommandRequest> & { key?: string } = {}) =>
  asks(type, data, { ...over, stream: `customer-${id}` });
const registers = (id = 'c1', more: object = {}) => of(id, 'Register', { ...marked, ...more });
const everything = (table: ReturnType<typeof memoryTable>) => inspect(table.store.stored(), { depth: 20 });

describe('a command with personal values', () => {
  it('stores them sealed, each to its subject, and folds them sealed', async () => {
    const { table, keys, box, commanding } = setUp();
    await handleCommand(commanding, registers());
    await handleCommand(commanding, of('c1', 'Recommend', { friend: 'f9', friendName: 'Bob MARKED', note: 'kind MARKED' }));
    expect(everything(table)).not.toMatch(/marked|MARKED|1815/);
    const own = table.store.stored().filter(({ stream }) => stream === 'customer-c1');
    const data = storedEvents(own[1]!)[0]!.data as Readonly<Record<string, Sealed>>;
    expect([data.friendName, data.note].map((value) => partsOf(value!).subject)).toEqual(['f9', 'c1']);
    expect(own[1]!.sealed).toHaveLength(2);
    const state = (await load(commanding, 'customer-c1')).state;
    expect(JSON.stringify(state)).not.toMatch(/marked|MARKED/);
    const answers = await opened({ keys, box }, [storedEvents(own[0]!)[0]!.data, data, state]);
    expect(answers).toEqual([
      marked,
      { friend: 'f9', friendName: 'Bob MARKED', note: 'kind MARKED' },
      { name: marked.name, email: marked.email, emails: 1, friends: 1 },
    ]);
  });

  it('asks for no key when its subject is warm', async () => {
    const { keys, commanding } = setUp();
    await handleCommand(commanding, registers());
    expect(keys.requests).toEqual({ sealing: 1, opening: 0 });
    await handleCommand(commanding, of('c1', 'ChangeEmail', { email: 'a@example.com' }));
    expect(keys.requests).toEqual({ sealing: 1, opening: 0 });
  });

  it('is sealed anew when it is decided again after a conflict', async () => {
    const { table, keys, box, instance } = setUp();
    const [one, other] = [instance(), instance()];
    await handleCommand(one, registers());
    await handleCommand(other, of('c1', 'ChangeEmail', { email: 'a@example.com' }));
    expect((await handleCommand(one, of('c1', 'Move', { street: 'Ring 1', city: 'MARKED' }))).outcome).toBe('committed');
    const last = table.store.stored().at(-1)!;
    expect(last.commit).toBe(3);
    expect(await opened({ keys, box }, storedEvents(last)[0]!.data)).toEqual({ address: { street: 'Ring 1', city: 'MARKED' } });
  });

  it('is refused by name once its subject is erased, and makes no new key; other commands go on', async () => {
    const { table, keys, commanding } = setUp();
    await handleCommand(commanding, registers());
    keys.erase('c1');
    table.clock.advance(60_000);
    const refused = { outcome: 'refused', refusal: { refused: 'subject-erased', detail: { subject: 'c1' } } };
    expect(await handleCommand(commanding, of('c1', 'ChangeEmail', { email: 'b@example.com' }))).toEqual(refused);
    expect(await keys.publicHalf('c1')).toBe('erased');
    expect((await handleCommand(commanding, registers('c2', { email: 'c2@example.com' }))).outcome).toBe('committed');
  });

  it('cannot bring in a sealed value, which only processes pass on', async () => {
    const { table, commanding } = setUp();
    await handleCommand(commanding, registers());
    const { data } = storedEvents(table.store.stored()[0]!)[0]!;
    const { email } = data as Readonly<Record<string, Sealed>>;
    const answer = await handleCommand(commanding, of('c2', 'ChangeEmail', { email }));
    expect(answer).toEqual({ outcome: 'refused', refusal: { refused: 'sealed-value-given' } });
  });

  it('takes a value that is unique among all subjects by its hash', async () => {
    const { commanding } = setUp();
    const outcomes = [];
    for (const request of [
      registers('c1'),
      registers('c2'),
      of('c1', 'ChangeEmail', { email: 'other@example.com' }),
      registers('c3'),
      of('c3', 'ChangeEmail', { email: 'other@example.com' }),
    ]) {
      const answer = await handleCommand(commanding, request);
      outcomes.push(answer.outcome === 'refused' ? answer.refusal.refused : answer.outcome);
    }
    expect(outcomes).toEqual(['committed', 'email-taken', 'committed', 'committed', 'email-taken']);
  });

  it('may take effect together with others', async () => {
    const { table, commanding } = setUp();
    const id = 'http/both';
    const both = [registers('c1'), registers('c2', { email: 'c2@example.com' })].map((request) => ({
      commanding,
      request: { ...request, id },
    }));
    expect((await handleTogether(both as never)).outcome).toBe('committed');
    expect(table.store.stored().filter(({ sealed }) => sealed)).toHaveLength(2);
    expect(everything(table)).not.toMatch(/marked|MARKED/);
  });

  it('makes no key in a dry run', async () => {
    const { keys, commanding } = setUp();
    const tried = await dryRun(commanding, registers());
    expect(tried).toMatchObject({ outcome: 'tried', tookEffect: false });
    expect(await keys.existing('c1')).toBeUndefined();
    keys.erase('c1');
    expect(await dryRun(commanding, registers())).toMatchObject({ outcome: 'refused', refusal: { refused: 'subject-erased' } });
  });

  it('leaves a snapshot without them', async () => {
    const { table, commanding } = setUp({ settings: { ...defaultSettings, snapshotBytes: 500 } });
    await handleCommand(commanding, registers());
    await handleCommand(commanding, of('c1', 'Move', { street: 'Ring 1', city: 'MARKED' }));
    await handleCommand(commanding, of('c1', 'Move', { street: 'Ring 2', city: 'MARKED' }));
    const snapshot = await table.snapshots.load('customer-c1', 'teller-1');
    expect(snapshot?.state).toMatchObject({ emails: 1 });
    expect(JSON.stringify(snapshot)).not.toMatch(/marked|MARKED/);
  });
});

describe('the subject of a value that names none', () => {
  const events = { Joined: v1(z.object({ member: z.string().optional(), phone: personal(z.string()) })) };
  const club = {
    category: 'club',
    events,
    commands: { Join: command(['user', 'process'], z.object({ member: z.string().optional(), phone: z.unknown() })) },
    initial: {},
    owner: ({ member }: { member?: string }) => member,
    decide: { Join: (_: unknown, data: object) => [{ type: 'Joined', data }] },
    evolve: { Joined: (state: { member?: string }, { member }: { member?: string }) => ({ member: member ?? state.member }) },
  } as unknown as Decider<unknown, Message, Message>;
  const joins = (data: object, over: Partial<CommandRequest> = {}) => asks('Join', data, { stream: 'club-k1', ...over });

  it('is the owner before the command, or after it where there was none', async () => {
    const { table, commanding } = setUp({ decider: club as never });
    await handleCommand(commanding, joins({ member: 'ada', phone: '1' }));
    await handleCommand(commanding, joins({ member: 'bob', phone: '2' }));
    expect(table.store.stored().map(({ sealed }) => sealed?.[0]?.split('.')[2])).toEqual(['ada', 'ada']);
  });

  it('must be there: a command that leaves the stream without an owner fails, and says what to declare', async () => {
    const { table, commanding } = setUp({ decider: club as never });
    await expect(handleCommand(commanding, joins({ phone: '1' }, { actor: ada }))).rejects.toThrow("{ of: '<field>' }");
    expect(table.store.stored()).toEqual([]);
  });

  it('stays that of a sealed value which a process passes on', async () => {
    const { table, keys, box, commanding } = setUp({ decider: club as never });
    await handleCommand(commanding, joins({ member: 'ada', phone: '1' }));
    const [event] = storedEvents(table.store.stored()[0]!);
    const { phone } = event!.data as { phone: Sealed };
    const passed = joins({ member: 'bob', phone }, { actor: robot, stream: 'club-k2', id: 'process/p-1/1' });
    expect((await handleCommand(commanding, passed)).outcome).toBe('committed');
    const data = storedEvents(table.store.stored()[1]!)[0]!.data;
    expect(await opened({ keys, box }, data)).toEqual({ member: 'bob', phone: '1' });
    keys.erase('ada');
    expect(await opened({ keys, box }, data)).toEqual({ member: 'bob', phone: { erased: true } });
  });
});
