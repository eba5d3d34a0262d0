import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type CommandOf, command, type Decider } from '../../lib/core/decider.ts';
import { type Process, type Send, send } from '../../lib/core/process/process.ts';
import { type EventOf, v1 } from '../../lib/core/version.ts';
import { done, due, from, reacting, refused, resolvedByHand } from '../../lib/testing/index.ts';

const events = { Asked: v1(z.object({ n: z.int() })), Left: v1(z.object({ n: z.int() })) };
type DeskEvent = EventOf<typeof events>;
const commands = {
  Ring: command(['process'], z.strictObject({ n: z.int() })),
  Greet: command(['owner'], z.strictObject({ n: z.int() })),
};
const desk: Decider<object, CommandOf<typeof commands>, DeskEvent> = {
  category: 'desk',
  events,
  commands,
  initial: {},
  owner: () => undefined,
  decide: { Ring: () => [], Greet: () => [] },
  evolve: { Asked: () => ({}), Left: () => ({}) },
};

type Memory = Readonly<{ n: number }>;
type React = NonNullable<Process<Memory, DeskEvent>['on']['Asked']>;
const ring = (n: number, follows = {}): Send => send(desk, 'd', 'Ring', { n }, follows);
const at = '2026-11-21T13:00:00.000Z';

const bell = (Asked: React, more: Partial<Process<Memory, DeskEvent>> = {}): Process<Memory, DeskEvent> => ({
  category: 'bell',
  from: [desk],
  sends: [desk],
  since: '2026-11-01T00:00:00.000Z',
  memory: v1(z.object({ n: z.int().max(9) })),
  initial: { n: 0 },
  raises: { Rung: v1(z.object({ n: z.int() })) },
  instance: (event) => (event.data.n < 0 ? undefined : event.entityId),
  on: { Asked },
  onDone: { heard: (memory) => ({ memory: { n: memory.n + 1 } }) },
  onRefused: { unheard: () => ({ end: 'given up' }) },
  onDeadline: { late: () => ({ end: 'late' }) },
  ...more,
});
const asked = (n: number) => ({ type: 'Asked', data: { n } }) as const;
const rings: React = (_, { data: { n } }) => ({
  memory: { n },
  send: [ring(n, { done: 'heard', refused: 'unheard' })],
  setDeadlines: { late: at },
  raise: [{ type: 'Rung', data: { n } }],
});
const given = reacting(bell(rings));
const rung = {
  send: [ring(1, { done: 'heard', refused: 'unheard' })],
  setDeadlines: { late: at },
  raise: [{ type: 'Rung', data: { n: 1 } }],
};

describe('reacting', () => {
  it('finds everything that a reaction does', () => given().when(asked(1)).then(rung).remembers({ n: 1 }));

  it('goes on with outcomes and deadlines', () => {
    given(asked(1)).when(done('heard')).then({}).remembers({ n: 2 });
    given(asked(1))
      .when(refused('unheard', { reason: 'nobody-there' }))
      .then({ end: 'given up' });
    given(asked(1)).when(due('late')).then({ end: 'late' });
    given(asked(1), asked(2))
      .when(done('Ring', { to: 'desk-d' }))
      .then({});
  });

  it('shows where a reaction differs, and what it was made of', () => {
    expect(() =>
      given(asked(2))
        .when(asked(1))
        .then({ ...rung, send: [] }),
    ).toThrow(
      /bell, when \{ type: 'Asked', data: \{ n: 1 \} \} comes:\n.*\/send: nothing was expected.*memory +\{ n: 2 \}\n.*given +\{ type: 'Asked'/s,
    );
    expect(() => given().when(asked(1)).remembers({ n: 2 })).toThrow('/n: 2 was expected, 1 came');
  });

  it('knows a refusal that nothing follows on', () => {
    const helpless = reacting(bell(() => ({ send: [ring(1)] })));
    helpless(asked(1))
      .when(refused('Ring', { reason: 'nobody-there' }))
      .then({ stuck: 'nobody-there' });
    expect(() =>
      helpless(asked(1))
        .when(refused('Ring', { reason: 'nobody-there' }))
        .then({}),
    ).toThrow('/stuck');
  });

  it('knows what follows when a person ends it, which it can wherever it is but over', () => {
    const onResolved: Process<Memory, DeskEvent>['onResolved'] = ({ n }, { instance, by, why, at }) => ({
      memory: { n: n + 1 },
      send: [ring([instance, by, why, at].join() === '1,olga,Paid.,2026-11-21T12:02:00.000Z' ? 7 : 8)],
    });
    const settling = reacting(bell(rings, { onResolved }));
    const settled = { send: [ring(7)], end: 'resolved' };
    settling(asked(1)).when(resolvedByHand('Paid.')).then(settled).remembers({ n: 2 });
    settling(asked(1))
      .when(resolvedByHand('Paid.', { by: 'ola' }))
      .then({ ...settled, send: [ring(8)] });
    settling()
      .when(resolvedByHand())
      .then({ ...settled, send: [ring(8)] });
    given(asked(1)).when(resolvedByHand()).then({ end: 'resolved' });
    expect(() => settling(asked(1), resolvedByHand()).when(resolvedByHand())).toThrow('bell is over: nobody resolves it');
    const inPlace = reacting(bell(rings, { onResolved: (_, given) => void Object.assign(given, { why: '' }) }));
    expect(() => inPlace().when(resolvedByHand())).toThrow(/bell parks.*read only/s);
  });

  it('lets happen only what can', () => {
    expect(() => given().when(done('heard'))).toThrow("bell waits for no outcome 'heard'");
    expect(() => given(asked(1), done('heard')).when(done('heard'))).toThrow("waits for no outcome 'heard'");
    expect(() => given(asked(1)).when(done('heard', { to: 'desk-e' }))).toThrow("no outcome 'heard' from desk-e");
    expect(() => given().when(due('late'))).toThrow('bell has no such deadline set');
    expect(() => given(asked(1), due('late')).when(due('late'))).toThrow('has no such deadline set');
    expect(() => given().when({ type: 'Left', data: { n: 1 } })).toThrow('bell does not react to Left');
  });

  it('has outcomes of one target in the order decided', () => {
    const twice = reacting(bell(() => ({ send: [ring(1), ring(2, { done: 'heard' })] })));
    expect(() => twice(asked(1)).when(done('heard'))).toThrow('in the order decided');
    twice(asked(1), done('Ring')).when(done('heard')).then({});
  });

  it('runs one instance, and ignores events without an instance', () => {
    given().when(asked(-1)).then({});
    expect(() => given(asked(1)).when(from('desk-2', asked(1)))).toThrow('belongs to another instance');
    given(from('desk-2', asked(3)))
      .when(from('desk-2', asked(1)))
      .then(rung);
  });

  it('ends where it ends', () => {
    given(asked(1), refused('unheard', { reason: 'x' }))
      .when(asked(2))
      .then({});
    expect(() => given(asked(1), refused('unheard', { reason: 'x' })).when(due('late'))).toThrow('no such deadline');
  });
});

describe('tests that production would refuse', () => {
  it.each<readonly [string, React, RegExp]>([
    ['memory that does not fit its format', () => ({ memory: { n: 10 } }), /bell parks.*does not fit/s],
    ['memory of which its format would drop a part', () => ({ memory: { n: 1, m: 2 } as Memory }), /bell parks.*would drop \/m/s],
    ['a command that does not fit its schema', () => ({ send: [ring(0.5)] }), /bell parks.*Ring for desk does not fit/s],
    [
      'a command that is not for processes',
      () => ({ send: [send(desk, 'd', 'Greet', { n: 1 })] }),
      /sends Greet to desk-d, which processes may not/,
    ],
    ['a command to nobody that it declares', () => ({ send: [{ ...ring(1), to: 'shop-1' }] }), /bell parks.*shop-1/s],
    ['a name that nothing has', () => ({ send: [ring(1, { done: 'herd' })] }), /bell parks.*no 'herd' in `onDone`/s],
    ['a deadline that nothing has', () => ({ setDeadlines: { soon: at } }), /bell parks.*no 'soon' in `onDeadline`/s],
    ['a deadline that is no instant', () => ({ setDeadlines: { late: 'tomorrow' } }), /bell parks.*not an instant/s],
    ['an event that is not declared', () => ({ raise: [{ type: 'Broken', data: {} }] }), /bell parks.*Broken/s],
    [
      'an exception',
      () => {
        throw new RangeError('no clapper');
      },
      /bell parks.*RangeError: no clapper/s,
    ],
    [
      'a change in place of the event',
      (_, { data }) => {
        (data as { n: number }).n = 7;
        return undefined;
      },
      /bell parks.*read only/s,
    ],
    [
      'a change in place of the memory',
      (memory) => {
        (memory as { n: number }).n = 7;
        return { memory };
      },
      /bell parks.*read only/s,
    ],
  ])('%s', (_, on, message) => expect(() => reacting(bell(on))().when(asked(1))).toThrow(message));

  it('an event that does not fit its format', () => expect(() => given().when(asked(0.5))).toThrow('does not fit'));

  it('a reaction that keeps something for itself', () => {
    let n = 0;
    const careless = bell(() => ({ memory: { n: n++ } }));
    expect(() => reacting(careless)().when(asked(1))).toThrow('a reaction keeps something for itself');
  });

  it('an expectation that is awaited by mistake', async () => {
    await expect(Promise.resolve(given().when(asked(1)) as unknown)).rejects.toThrow('never await it');
  });
});
