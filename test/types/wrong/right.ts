import * as z from 'zod';
import {
  adapter,
  command,
  decider,
  type EventOf,
  effect,
  later,
  perform,
  process,
  type Source,
  send,
  v1,
} from '../../../lib/index.ts';

declare module '../../../lib/index.ts' {
  interface Roles {
    clerk: true;
  }
}

/** Right, as everything in this file: the faults are in the other files alone. */
export const deskEvents = { Opened: v1(z.object({ by: z.string() })), Closed: v1(z.object({ why: z.string() })) };
export const deskCommands = {
  Open: command(['clerk', 'operator'], z.object({ by: z.string() })),
  Close: command(['process'], z.object({})),
};
export const lampEvents = { Lit: v1(z.object({})) };
export const lampCommands = { Light: command(['process'], z.object({})) };
export const memory = v1(z.object({ desk: z.string() }));

export type DeskEvent = EventOf<typeof deskEvents>;
export type LampEvent = EventOf<typeof lampEvents>;
export const deskSource: Source<DeskEvent> = { category: 'desk', events: deskEvents };
export const lampSource: Source<LampEvent> = { category: 'lamp', events: lampEvents };
export interface Desk {
  readonly open: boolean;
}
export type Memory = ReturnType<typeof memory.parse>;

export const deskParts = {
  events: deskEvents,
  commands: deskCommands,
  initial: { open: false },
  evolve: { Opened: (): Desk => ({ open: true }), Closed: (): Desk => ({ open: false }) },
};

export const desk = decider<Desk, DeskEvent>()({
  ...deskParts,
  category: 'desk',
  decide: {
    Open: ({ open }, { by }) => (open ? [] : [{ type: 'Opened', data: { by } }]),
    Close: () => [{ type: 'Closed', data: { why: 'late' } }],
  },
});

export const lamp = decider<Desk, LampEvent>()({
  category: 'lamp',
  events: lampEvents,
  commands: lampCommands,
  initial: { open: false },
  decide: { Light: () => [{ type: 'Lit', data: {} }] },
  evolve: { Lit: (state) => state },
});

export const declared = {
  category: 'evening',
  from: [deskSource],
  sends: [desk, lamp],
  since: '2026-11-01T00:00:00.000Z',
  memory,
  initial: { desk: '' },
  instance: ({ entityId }: { entityId: string }) => entityId,
};

export const evening = process<Memory, DeskEvent>()({
  ...declared,
  on: {
    Opened: (_, { entityId, at }) => ({
      memory: { desk: entityId },
      send: [light(entityId)],
      setDeadlines: { evening: later(at, { hours: 8 }) },
    }),
    Closed: () => ({ cancelDeadlines: ['evening'], end: 'closed' }),
  },
  onDone: { lit: () => ({}), lamps: () => ({}) },
  ofEarlierReleases: ['lamps'],
  onRefused: { notLit: ({ desk: id }) => ({ send: [send(desk, id, 'Close', {})] }) },
  onDeadline: { evening: ({ desk: id }) => ({ send: [send(desk, id, 'Close', {})] }) },
});

const light = (id: string) => send(lamp, id, 'Light', {}, { done: 'lit', refused: 'notLit' });

export const ring = effect({
  name: 'ring',
  input: v1(z.object({ number: z.string() })),
  answer: v1(z.object({ heard: z.boolean() })),
  timeout: { seconds: 5 },
  giveUp: { hours: 1 },
  secrets: ['exchange'],
});

export const calling = process<Memory, DeskEvent>()({
  ...declared,
  category: 'calling',
  effects: [ring],
  on: {
    Opened: (_, { data, at }) => ({
      perform: [perform(ring, { number: data.by }, { done: 'rung', refused: 'engaged', timedOut: 'silent' })],
      setDeadlines: { patience: later(at, { hours: 2 }) },
    }),
  },
  onDone: {
    rung: (_, { answer, input, effect }) => (answer.heard && effect === 'ring' ? { end: input.number } : {}),
  },
  onRefused: { engaged: (_, { reason }) => ({ end: reason }) },
  onTimedOut: { silent: (_, { why, attempts }) => ({ end: `${why} after ${attempts}` }) },
  onDeadline: { patience: () => ({ end: 'late' }) },
});

export const ringAdapter = adapter(ring, async ({ number }, { secrets, idempotencyKey }) =>
  number === '' ? { refused: 'no-number' } : { done: { heard: secrets.exchange === idempotencyKey } },
);
