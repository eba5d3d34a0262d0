import { expect, it } from 'vitest';
import * as z from 'zod';
import { storedEvents } from '../../../lib/core/commit.ts';
import { personal } from '../../../lib/core/personal/personal.ts';
import type { Sealed } from '../../../lib/core/personal/sealed.ts';
import { newInstance } from '../../../lib/core/process/instance.ts';
import { reactTo } from '../../../lib/core/process/reaction.ts';
import { v1 } from '../../../lib/core/version.ts';
import { handleCommand } from '../../../lib/engine/command/handle.ts';
import type { Commanding } from '../../../lib/engine/command/request.ts';
import { nowOf } from '../../../lib/engine/instant.ts';
import { opened } from '../../../lib/engine/personal/open.ts';
import { sendCommand } from '../../../lib/engine/process/send.ts';
import { memoryBox, memorySubjectKeys } from '../../../lib/testing/memory/personal.ts';
import { customer } from '../../support/apps/customer/decider.ts';
import { greeter, greeting } from '../../support/apps/customer/greeting.ts';
import { asks, instanceOver, memoryTable } from '../../support/examples/commanding.ts';

/** A friend was recommended: the recommendation as the process is given it, and what the process sends for it. */
const setUp = async () => {
  const table = memoryTable();
  const [keys, box] = [memorySubjectKeys(), memoryBox()];
  const over = (decider: unknown, more: Partial<Commanding> = { personal: { keys, box } }) =>
    instanceOver(table, { decider: decider as never, ...more });
  const commands = over(customer);
  const to = (type: string, data: object) => handleCommand(commands, asks(type, data, { stream: 'customer-c1' }));
  await to('Register', { name: 'Ada', email: 'ada@example.com' });
  await to('Recommend', { friend: 'f1', friendName: 'Bob MARKED', note: 'kind MARKED' });
  const { friendName: name, note } = storedEvents(table.store.stored().at(-1)!)[0]!.data as Record<string, Sealed>;
  const send = (target = over(greeting)) =>
    sendCommand(() => target, 'greeter-c1.2', {
      ...{ number: 1, attempt: 1, to: 'greeting-f1', at: nowOf(table.clock), decidedIn: 2, correlation: 'c-1' },
      command: { type: 'Greet', v: 1, data: { to: 'f1', name, note } },
    } as never);
  return { table, keys, box, over, send, values: { name, note } };
};

it('a command of a process passes sealed values on as they are, and seals what its decider makes', async () => {
  const { table, keys, box, send, values } = await setUp();
  expect(await send()).not.toHaveProperty('refused');
  const stored = table.store.stored().at(-1)!;
  const data = storedEvents(stored)[0]!.data as Record<string, Sealed>;
  // Only the greeting is sealed here; the others are bound to the event from which they come, and to whom they are about.
  expect(stored.sealed).toHaveLength(1);
  expect(data).toMatchObject(values);
  expect(data.text).toMatchObject({ of: 'f1', at: ['greeting-f1/1', 'GreetingWritten', '/text'] });
  expect(await opened({ keys, box }, data)).toEqual({ to: 'f1', text: 'MARK-f1.', name: 'Bob MARKED', note: 'kind MARKED' });
  expect(JSON.stringify(stored)).not.toMatch(/MARK/);
  await keys.erase('c1');
  expect(await opened({ keys, box }, data)).toMatchObject({ name: 'Bob MARKED', note: { erased: true } });
});

it('a command of a process about an erased person leaves its refusal, which the process is told', async () => {
  const { keys, send } = await setUp();
  await keys.erase('f1');
  const outcome = await send();
  expect(outcome.refused).toEqual({ reason: 'subject-erased', detail: { subject: 'f1' } });
  expect(await send()).toEqual(outcome);
});

it('a process without keys fails instead of storing a plain value', async () => {
  const { table, over, send } = await setUp();
  const before = table.store.stored().length;
  await expect(send(over(greeting, {}))).rejects.toThrow('no keys to seal them with');
  expect(table.store.stored()).toHaveLength(before);
});

const seen = { category: 'thing', events: { Seen: v1(z.object({})) } };

it.each(['memory', 'raise'])('a process parks that would keep a plain value as a personal one: %s', (what) => {
  const kept = v1(z.object({ name: personal(z.string()).optional() }));
  const data = { name: 'MARKED' };
  const reaction = what === 'memory' ? { memory: data } : { raise: [{ type: 'Told', data }] };
  const careless = { ...greeter, memory: kept, raises: { Told: kept }, from: [seen], on: { Seen: () => reaction } } as never;
  const event = { type: 'Seen', v: 1, data: {}, stream: 'thing-t1', entityId: 't1', commit: 1, version: 1 };
  const cause = { event } as never;
  const [parked, ...more] = reactTo(careless, newInstance({ initial: {} }), cause, {
    id: 'c1.2',
    at: '2026-11-21T12:00:00.000Z',
  });
  expect(more).toEqual([]);
  expect(parked).toMatchObject({
    type: 'InstanceParked',
    data: { thrown: expect.stringContaining('at /name that is not sealed') },
  });
  expect(JSON.stringify(parked)).not.toContain('MARKED');
});
