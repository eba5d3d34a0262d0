import { describe, expect, test } from 'vitest';
import { rebuildMachine } from '../../../lib/engine/rebuild/machine.ts';

const workers = [
  { projection: { name: 'parcel-list', revision: 1 }, functionName: 'work-list-1' },
  { projection: { name: 'parcel-list', revision: 2 }, functionName: 'work-list-2' },
  { projection: { name: 'parcel-log', revision: 1 }, functionName: 'work-log-1' },
];

type State = Readonly<Record<string, unknown>> & Readonly<{ Type: string; Next?: string; Default?: string }>;
type States = Readonly<Record<string, State>>;
type Machine = Readonly<{ StartAt: string; States: States }>;

const machine = JSON.parse(
  JSON.stringify(rebuildMachine({ leadFunction: 'lead', leadSeconds: 60, workers, workSeconds: 300 })),
) as Machine;

const mapsOf = (states: States) => Object.entries(states).filter(([, { Type }]) => Type === 'Map');
const processorOf = (state: State) =>
  state.ItemProcessor as Machine & Readonly<{ ProcessorConfig: Readonly<Record<string, string>> }>;
const nextOf = (state: State): readonly string[] =>
  [state.Next, state.Default, ...((state.Choices ?? []) as { Next: string }[]).map(({ Next }) => Next)].filter(
    (next) => next !== undefined,
  );
const caught = (state: State) => ((state.Catch ?? []) as { Next: string }[]).map(({ Next }) => Next);

describe('the state machine of rebuilds', () => {
  test('leads from every state to another that there is, or to an end, and to each by some way', () => {
    const check = ({ StartAt, States }: Machine) => {
      const reached = new Set([StartAt]);
      for (const [name, state] of Object.entries(States)) {
        const next = [...nextOf(state), ...caught(state)];
        for (const each of next) expect(Object.keys(States), `${name} -> ${each}`).toContain(each);
        if (next.length === 0) expect(['Succeed', 'Fail'], name).toContain(state.Type);
        for (const each of next) reached.add(each);
      }
      expect([...reached].toSorted()).toEqual(Object.keys(States).toSorted());
    };
    check(machine);
    for (const [, state] of mapsOf(machine.States)) check(processorOf(state));
  });

  test('names no state twice, and each map by a label that Step Functions takes', () => {
    const inner = mapsOf(machine.States).flatMap(([, state]) => Object.keys(processorOf(state).States));
    const names = [...Object.keys(machine.States), ...inner];
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name.length).toBeLessThanOrEqual(80);
    for (const [, { Label }] of mapsOf(machine.States)) expect(Label).toMatch(/^[A-Za-z]{1,40}$/);
  });

  test('writes every failure to the record, and then fails', () => {
    for (const [name, state] of Object.entries(machine.States)) {
      if (!['Task', 'Map'].includes(state.Type) || name === 'Failing') continue;
      expect(state.Catch, name).toEqual([{ ErrorEquals: ['States.ALL'], ResultPath: '$.cause', Next: 'Failing' }]);
    }
    expect(machine.States.Failing).toMatchObject({ Parameters: { Payload: { step: 'fail' } }, Next: 'Failed' });
    expect(machine.States.Failed?.Type).toBe('Fail');
  });

  test('works in children of their own, as many at once as the rebuild says, each trying again and going on until it is done', () => {
    const maps = mapsOf(machine.States);
    expect(maps.map(([name]) => name)).toEqual(['Fill', 'Drain', 'Compare', 'Recheck']);
    for (const [name, state] of maps) {
      const { ProcessorConfig, StartAt, States } = processorOf(state);
      expect(ProcessorConfig).toEqual({ Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' });
      const work = States[StartAt]!;
      expect(work.Parameters).toEqual({ 'FunctionName.$': '$.function', 'Payload.$': '$.work' });
      expect(work.Retry).toMatchObject([{ ErrorEquals: ['States.ALL'], MaxAttempts: expect.any(Number) }]);
      expect(nextOf(States[work.Next!]!)).toContain(StartAt);
      // The workers' answers are dropped: a state holds 256 KB.
      expect(state.ResultPath).toBeNull();
      if (name !== 'Recheck') expect(state.MaxConcurrencyPath).toBe('$.plan.concurrency');
    }
  });

  test('drains only when no function can write notes any more, and switches only after verifying', () => {
    const { States } = machine;
    const way = ['Live', 'Wait', 'Drain', 'Verify', 'Compare', 'Judge', 'Judged'];
    for (const [i, name] of way.slice(0, -1).entries()) expect(States[name]?.Next).toBe(way[i + 1]);
    expect(States.Wait).toMatchObject({ Type: 'Wait', SecondsPath: '$.live.waitSeconds' });
    expect(Object.values(States).filter(({ Next }) => Next === 'Drain')).toEqual([States.Wait]);
  });

  test('invokes the function of the revision that the plan is for', () => {
    const { Choices } = machine.States.Worker as unknown as {
      Choices: { And: { StringEquals?: string; NumericEquals?: number }[]; Next: string }[];
    };
    for (const { projection, functionName } of workers) {
      const rule = Choices.find(
        ({ And }) => And[0]?.StringEquals === projection.name && And[1]?.NumericEquals === projection.revision,
      );
      expect(machine.States[rule?.Next ?? '']).toMatchObject({ Result: functionName, ResultPath: '$.function' });
    }
  });
});
