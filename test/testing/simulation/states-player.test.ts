import { describe, expect, it } from 'vitest';
import { rebuildMachine } from '../../../lib/engine/rebuild/machine.ts';
import { machineOf } from '../../../lib/testing/simulation/rebuild/states-language.ts';
import { Failed, NotPlayable, type Playing, play, Stopped } from '../../../lib/testing/simulation/rebuild/states-player.ts';

const workers = [1, 2].map((revision) => ({ projection: { name: 'list', revision }, functionName: `work-${revision}` }));
const definition = rebuildMachine({ leadFunction: 'lead', leadSeconds: 60, workers, workSeconds: 300 });
type State = Readonly<Record<string, unknown>>;
const states = definition.States as Readonly<Record<string, State>>;
const changed = (change: Readonly<Record<string, State | undefined>>) => ({ ...definition, States: { ...states, ...change } });

const work = (task: string, count: number) => Array.from({ length: count }, (_, number) => ({ task, number }));
const plan = { kind: 'rebuild', projection: 'list', revision: 2, concurrency: 2 };
const planned = { ...plan, fill: work('fill', 3), drain: work('drain', 2), verify: work('verify', 1) };
const answers: Readonly<Record<string, object>> = {
  plan: planned,
  live: { waitSeconds: 7 },
  verify: {},
  judge: { state: 'switched', recheck: [] },
  fail: { state: 'failed' },
};

type Payload = Readonly<{ step?: string; task?: string; number?: number; cause?: unknown }>;

/** Plays it in no time, and answers what was done in order. */
const played = async (answer: (payload: Payload, before: readonly string[]) => unknown, given: unknown = definition) => {
  const done: string[] = [];
  const waits: number[] = [];
  let [running, most] = [0, 0];
  const playing: Playing = {
    invoke: async (functionName, payload) => {
      const { step, task, number } = payload as Payload;
      const before = [...done];
      done.push(`${functionName} ${step ?? `${task} ${number}`}`);
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
      return answer(payload as Payload, before);
    },
    between: async () => {},
    wait: async (seconds) => void done.push(`wait ${seconds}`),
    backOff: async (seconds) => void waits.push(seconds),
    after: () => {},
    random: () => 0.5,
    goesOn: () => true,
    failed: () => {},
  };
  const end = await play(playing, machineOf(given), { rebuild: 'a' }).then(
    () => 'succeeded',
    (cause: unknown) => cause,
  );
  return { done, waits, end, most };
};
const usual = ({ step }: Payload) => (step ? answers[step] : { done: true });

describe('the definition, played', () => {
  it('goes from plan to judge, with so many workers at once as the plan says, by the function of its revision', async () => {
    const { done, end, most } = await played(usual);
    expect(end).toBe('succeeded');
    expect(most).toBe(2);
    expect(done).toEqual([
      'lead plan',
      ...['fill 0', 'fill 1', 'fill 2'].map((order) => `work-2 ${order}`),
      'lead live',
      'wait 7',
      ...['drain 0', 'drain 1'].map((order) => `work-2 ${order}`),
      'lead verify',
      'work-2 verify 0',
      'lead judge',
    ]);
  });

  it('calls a worker again until it is done, and checks repairs in progress again before it judges', async () => {
    const audit = { ...planned, kind: 'audit', fill: [], drain: [] };
    const judged = { state: 'repairing', recheck: work('recheck', 1) };
    const { done } = await played(({ step, task }, before) => {
      if (step === 'plan') return audit;
      if (step === 'judge') return before.includes('lead judge') ? answers.judge : judged;
      return step ? answers[step] : { done: task !== 'verify' || before.includes('work-2 verify 0') };
    });
    const verify = ['lead verify', 'work-2 verify 0', 'work-2 verify 0'];
    expect(done).toEqual(['lead plan', ...verify, 'lead judge', 'work-2 recheck 0', 'lead judge']);
  });

  it('tries again as often as it says and with its jitter, then tells the record why it fails', async () => {
    const causes: unknown[] = [];
    const { done, waits, end } = await played((payload) => {
      if (payload.task === 'fill') throw new TypeError('nobody knows');
      if (payload.step === 'fail') causes.push(payload.cause);
      return usual(payload);
    });
    expect(end).toBeInstanceOf(Failed);
    expect(causes).toEqual([{ Error: 'TypeError', Cause: 'nobody knows' }]);
    expect(done.filter((each) => each === 'work-2 fill 0')).toHaveLength(7);
    expect(new Set(waits)).toEqual(new Set([0.5, 1, 2, 4, 8, 15]));
    expect(done.at(-1)).toBe('lead fail');
    expect(done).not.toContain('work-2 fill 2');
  });

  it('begins nothing more in the other workers when one has failed', async () => {
    const { done, end } = await played(({ task, number, step }, before) => {
      if (step) return answers[step];
      if (number === 0 && task === 'fill') throw new Error('nobody knows');
      return { done: before.filter((each) => each === `work-2 ${task} ${number}`).length > 60 };
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(end).toBeInstanceOf(Failed);
    expect(done.filter((each) => each === 'work-2 fill 1').length).toBeLessThan(30);
  });

  it('fails for a revision that is not deployed', async () => {
    const { done, end } = await played((payload) => (payload.step === 'plan' ? { ...planned, revision: 3 } : usual(payload)));
    expect(done).toEqual(['lead plan', 'lead fail']);
    expect(end).toBeInstanceOf(Failed);
  });

  it('fails at once on a path that leads nowhere, even inside a Catch', async () => {
    const { end } = await played((payload) => (payload.step === 'live' ? {} : usual(payload)));
    expect(end).toBeInstanceOf(NotPlayable);
    expect(String(end)).toContain('$.Payload.waitSeconds');
  });

  it('goes no further when it is stopped', async () => {
    const done: string[] = [];
    const playing = {
      invoke: async (_: string, payload: Payload) => {
        done.push(payload.step ?? '');
        return usual(payload);
      },
      between: async () => {},
      after: () => {},
      goesOn: () => done.length === 0,
    } as unknown as Playing;
    await expect(play(playing, machineOf(definition), { rebuild: 'a' })).rejects.toBeInstanceOf(Stopped);
    expect(done).toEqual(['plan']);
  });
});

describe('a definition that says more than is played', () => {
  it.each<[string, Readonly<Record<string, State | undefined>>]>([
    ['a type that is not known', { Over: { Type: 'Parallel', Branches: [], End: true } }],
    ['a field that is not known', { Wait: { ...states.Wait, InputPath: '$.live' } }],
    [
      'an error that is not any',
      { Plan: { ...states.Plan, Catch: [{ ErrorEquals: ['A'], ResultPath: '$.cause', Next: 'Failing' }] } },
    ],
    ['a comparison that is not known', { Kind: { ...states.Kind, Choices: [{ Variable: '$.a', IsNull: true, Next: 'Fill' }] } }],
    ['an intrinsic function', { Plan: { ...states.Plan, ResultSelector: { 'kind.$': "States.Format('{}', $.a)" } } }],
    ['another resource', { Plan: { ...states.Plan, Resource: 'arn:aws:states:::sqs:sendMessage' } }],
  ])('is refused: %s', (_, change) => expect(() => machineOf(changed(change))).toThrow('cannot play'));

  it('is refused where it leads to a state that is not there', () => {
    expect(() => machineOf(changed({ Wait: undefined }))).toThrow('leads to Wait');
  });
});
