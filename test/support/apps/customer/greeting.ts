import * as z from 'zod';
import { command } from '../../../../lib/core/decider.ts';
import { decider } from '../../../../lib/core/declare/decider.ts';
import { personal } from '../../../../lib/core/personal/personal.ts';
import type { Sealed } from '../../../../lib/core/personal/sealed.ts';
import { process } from '../../../../lib/core/process/declare.ts';
import { send } from '../../../../lib/core/process/process.ts';
import { type EventOf, v1 } from '../../../../lib/core/version.ts';
import { customer } from './decider.ts';
import type { CustomerEvent } from './events.ts';

const passedOn = { name: personal(z.string()), note: personal(z.string()) };

const greetingEvents = {
  /** Three values of two subjects: the greeting is sealed here, and the others were sealed where they come from. */
  GreetingWritten: v1(z.object({ to: z.string(), text: personal(z.string(), { of: 'to' }), ...passedOn })),
};
type GreetingEvent = EventOf<typeof greetingEvents>;

type Greeting = Readonly<{ text?: Sealed<string>; written: number }>;

/** What a text to a person begins with. */
export const salutation = 'MARK-';

/** Greetings to persons who were recommended. They are written by a process, which cannot read whom it greets. */
export const greeting = decider<Greeting, GreetingEvent>()({
  category: 'greeting',
  events: greetingEvents,
  commands: { Greet: command(['process', 'together'], z.object({ to: z.string(), ...passedOn })) },
  initial: { written: 0 },
  history: ['operator'],
  decide: {
    Greet: (_, data) => [{ type: 'GreetingWritten', data: { ...data, text: `${salutation}${data.to}.` } }],
  },
  evolve: { GreetingWritten: ({ written }, { text }) => ({ text, written: written + 1 }) },
});

const nothing = v1(z.object({}));

/** Greets whoever is recommended, with the name and the note as they are sealed. Nobody is greeted who has been erased. */
export const greeter = process<ReturnType<typeof nothing.parse>, CustomerEvent>()({
  category: 'greeter',
  from: [customer],
  sends: [greeting],
  since: '2026-01-01T00:00:00.000Z',
  memory: nothing,
  initial: {},
  instance: ({ type, entityId, version }) => (type === 'FriendRecommended' ? `${entityId}.${version}` : undefined),
  on: {
    FriendRecommended: (_, { data: { friend, friendName, note } }) => ({
      send: [send(greeting, friend, 'Greet', { to: friend, name: friendName, note }, { done: 'greeted', refused: 'notGreeted' })],
    }),
  },
  onDone: { greeted: () => ({ end: 'greeted' }) },
  onRefused: { notGreeted: (_, { reason }) => ({ end: reason }) },
});
