import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Context, command, decide, fold } from '../../../lib/core/decider.ts';
import { later } from '../../../lib/core/instant.ts';
import { defineManifest, type Manifest } from '../../../lib/core/manifest.ts';
import type { Message } from '../../../lib/core/message.ts';
import { processDecider } from '../../../lib/core/process/decider.ts';
import { type Cause, processEvents } from '../../../lib/core/process/events.ts';
import type { Instance } from '../../../lib/core/process/instance.ts';
import { readCommand, storeCommand } from '../../../lib/core/process/stored-command.ts';
import { FromNewerRelease, v1 } from '../../../lib/core/version.ts';
import { moving, transfer, wallet } from '../../support/examples/moving.ts';

const decider = processDecider(moving as never);
const at = '2026-11-21T12:00:00.000Z';
const context: Context = { id: '1', actor: { id: 'moving', kind: 'process', roles: [] }, at };

const note = (note: string, version: number, v = 1): Cause => ({
  event: {
    type: 'Noted',
    v,
    data: { note },
    id: `transfer-1/${version}`,
    stream: 'transfer-1',
    version,
    commit: version,
    at,
    actor: 'olga',
    correlation: 'c',
    causation: 'r',
  },
});

const requested: Cause = {
  event: {
    ...(note('', 1) as Extract<Cause, { event: unknown }>).event,
    type: 'Requested',
    data: { from: 'a', to: 'b', amount: 5 },
  },
};

/** A history that steps make, and the state after it. */
const after = (...steps: readonly Message[]): Readonly<{ instance: Instance; events: readonly Message[] }> =>
  steps.reduce<Readonly<{ instance: Instance; events: readonly Message[] }>>(
    ({ instance }, step) => {
      const events = decide(decider, instance, step, context) as readonly Message[];
      return { instance: fold(decider, instance, events) as Instance, events };
    },
    { instance: decider.initial as Instance, events: [] },
  );
const react = (...causes: readonly Cause[]): Message => ({ type: 'React', data: { causes } });
const types = ({ events }: { events: readonly Message[] }) => events.map(({ type }) => type);

it('publishes exactly what the process does', () => {
  const raises = { Moved: v1(z.object({})) };
  const published = processDecider({ ...moving, raises, publishes: ['Moved'] } as never);
  expect(published.publishes).toEqual(['Moved']);
  expect(decider).not.toHaveProperty('publishes');
});

it('takes up what waits in portions, and lets nothing overtake it', () => {
  const waiting = Array.from({ length: 30 }, (_, i) => note(String(i), i + 2));
  const steps = [react(note('throw', 1)), ...waiting.map((cause) => react(cause))];
  const mended = processDecider({
    ...moving,
    on: {
      ...moving.on,
      Noted: (memory: never, event: never) =>
        (event as { data: { note: string } }).data.note === 'throw' ? undefined : moving.on.Noted?.(memory, event),
    },
  } as never);
  const { instance } = after(...steps);
  const next = (state: Instance, step: Message) =>
    fold(mended, state, decide(mended, state, step, context) as readonly Message[]) as Instance;
  const resumed = next(instance, { type: 'Resume', data: { by: 'olga', why: 'Mended.' } });
  expect([resumed.status, resumed.deferred.length]).toEqual(['running', 6]);
  const overtaken = next(resumed, react(note('last', 40)));
  expect(overtaken.deferred).toHaveLength(7);
  const done = next(overtaken, { type: 'Continue', data: {} });
  expect(done.memory).toMatchObject({ notes: [...Array.from({ length: 30 }, (_, i) => String(i)), 'last'] });
});

it('lets no refusal vanish that waited when the instance ended', () => {
  const { instance } = after(react(requested), react(note('throw', 2)), {
    type: 'Answer',
    data: { outcomes: [{ number: 1, attempt: 1, commit: 3, at, refused: { reason: 'closed' } }] },
  });
  expect([instance.status, instance.deferred.length]).toEqual(['parked', 1]);
  const mended = processDecider({ ...moving, on: { ...moving.on, Noted: () => ({ end: 'given up' }) } } as never);
  const resumed = decide(
    mended,
    instance,
    { type: 'Resume', data: { by: 'olga', why: 'Mended.' } },
    context,
  ) as readonly Message[];
  expect(types({ events: resumed })).toEqual(['InstanceResumed', 'CauseTaken', 'Reacted', 'Ended', 'InstanceStuck', 'StepEnded']);
  expect(fold(mended, instance, resumed)).toMatchObject({
    status: 'stuck',
    ended: 'given up',
    stuck: [{ number: 1, reason: 'closed' }],
  });
});

it('sends nothing any more that waited behind what was resolved by hand', () => {
  const send = (number: number, to: string) => ({
    number,
    to,
    attempt: 1,
    command: { type: 'Close', v: 1, data: {} },
    at,
    correlation: 'c',
    decidedIn: 1,
  });
  const sends = [send(2, 'wallet-a'), send(3, 'wallet-b')];
  const instance: Instance = {
    ...(decider.initial as Instance),
    status: 'stuck',
    sends,
    stuck: [{ ...send(1, 'wallet-a'), reason: 'closed' }],
  };
  const resolved = decide(
    decider,
    instance,
    { type: 'Resolve', data: { by: 'olga', why: 'Seen to.' } },
    context,
  ) as readonly Message[];
  expect(fold(decider, instance, resolved)).toMatchObject({
    status: 'ended',
    ended: 'resolved',
    stuck: [],
    sends: [{ number: 3 }],
  });
  expect(resolved.at(-1)).toMatchObject({ data: { status: 'ended', sends: 1 } });
});

it('lets a deadline fire that is the one that is open, at its time', () => {
  const set = later(at, { minutes: 30 });
  const deadlines = { patience: { name: 'patience', setBy: 3, at: set, correlation: 'c', decidedIn: 1 } };
  const instance: Instance = { ...(decider.initial as Instance), deadlines };
  const fired = (setBy: number, when: string) =>
    decide(decider, instance, { type: 'Due', data: { due: [{ name: 'patience', setBy }] } }, { ...context, at: when });
  expect([fired(2, set), fired(4, set), fired(3, at)]).toEqual([[], [], []]);
  expect(types({ events: fired(3, set) as readonly Message[] })).toEqual(['Reacted', 'Remembered', 'Delayed', 'StepEnded']);
});

it('retries what only a newer release can read, and parks on what no release can', () => {
  expect(() => after(react(note('new', 1, 2)))).toThrow(FromNewerRelease);
  const broken = { event: { ...(note('x', 1) as Extract<Cause, { event: unknown }>).event, data: { note: 5 } } };
  expect(types(after(react(broken)))).toEqual(['InstanceParked', 'StepEnded']);
});

it('remembers once what several reactions of one commit came to', () => {
  const { events, instance } = after(react(note('1', 1), note('2', 2)));
  expect(types({ events })).toEqual(['Reacted', 'Reacted', 'Remembered', 'StepEnded']);
  expect(instance.memory).toMatchObject({ notes: ['1', '2'] });
});

it('stores nothing if no reaction decides anything, and only what its formats accept', () => {
  expect(after({ type: 'Continue', data: {} }).events).toEqual([]);
  const { events } = after(react(note('1', 1)));
  for (const { type, data } of events) expect(decider.events[type]?.parse(data, 1)).toEqual(data);
  expect(Object.keys(decider.events).sort()).toEqual([...Object.keys(processEvents), 'Delayed', 'Remembered'].sort());
});

it.each<[string, object, string]>([
  ['an unknown event', { on: { Lost: () => undefined } }, 'reacts to Lost, which transfer does not have'],
  ['no source', { from: [] }, 'has no source'],
  ['no reaction', { on: {} }, 'reacts to no event'],
  ['itself', { from: [transfer, { category: 'moving', events: processEvents }] }, 'reacts to itself'],
  ['a target outside of the manifest', { sends: [{ ...wallet }] }, 'is no aggregate of the manifest'],
  ['a time that is none', { since: 'yesterday' }, 'is not an instant'],
  ['an event of the kernel', { raises: { Reacted: processEvents.Ended } }, 'is an event of every process'],
  ['a public event that it does not raise', { publishes: ['Ended'] }, 'publishes Ended, which it does not raise'],
  ["another's category", { category: 'wallet' }, "The category 'wallet' is declared twice"],
  ["the kernel's own category", { category: 'process' }, 'is reserved'],
  ['a deadline without a name', { onDeadline: { '': () => undefined } }, "the deadline ''"],
])('a manifest says what is wrong with a process: %s', (_, over, says) => {
  const manifest = {
    aggregates: [wallet, transfer],
    projections: [],
    processes: [{ ...moving, ...over }],
  } as unknown as Manifest;
  expect(() => defineManifest(manifest)).toThrow(says);
  expect(() => defineManifest({ ...manifest, processes: [moving as never] })).not.toThrow();
});

describe('a command that is kept', () => {
  const first = v1(z.strictObject({ amount: z.int() }));
  const inEuro = first.next(z.strictObject({ amount: z.int(), currency: z.string() }), (old) => ({ ...old, currency: 'EUR' }));
  const till = (format: typeof first | typeof inEuro) => ({
    category: 'till',
    commands: { Pay: command(['process'], format as typeof first) },
  });

  it('is checked and kept as it was given, with the version of its format', () => {
    expect(storeCommand(till(first), { type: 'Pay', data: { amount: 5 } })).toEqual({ type: 'Pay', v: 1, data: { amount: 5 } });
    expect(storeCommand(till(inEuro), { type: 'Pay', data: { amount: 5, currency: 'CHF' } }).v).toBe(2);
    expect(() => storeCommand(till(inEuro), { type: 'Pay', data: { amount: 5 } })).toThrow('does not fit its schema');
    expect(till(inEuro).commands.Pay.schema.safeParse({ amount: 5 }).success).toBe(false);
  });

  it('is lifted by a later release, and waits where only a later one can read it', () => {
    expect(readCommand(till(inEuro), { type: 'Pay', v: 1, data: { amount: 5 } }).data).toEqual({ amount: 5, currency: 'EUR' });
    expect(() => readCommand(till(first), { type: 'Pay', v: 2, data: { amount: 5, currency: 'CHF' } })).toThrow(FromNewerRelease);
    expect(() => readCommand(till(first), { type: 'Charge', v: 1, data: {} })).toThrow(FromNewerRelease);
    expect(() => readCommand(till(first), { type: 'Pay', v: 1, data: {} })).toThrow('does not fit its schema');
  });
});
