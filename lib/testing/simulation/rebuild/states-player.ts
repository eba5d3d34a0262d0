import { itemValue, type Machine, type MapState, type Rule, type State, type Task } from './states-language.ts';

type Value = Readonly<Record<string, unknown>>;

/** Everything around a machine. */
export type Playing = Readonly<{
  invoke(functionName: string, payload: unknown): Promise<unknown>;
  /** Passes before each task of the execution itself. */
  between(): Promise<void>;
  wait(seconds: number): Promise<void>;
  backOff(seconds: number): Promise<void>;
  after(seconds: number, run: () => void): void;
  /** At least 0, less than 1. */
  random(): number;
  /** True while the execution runs: it may have been stopped. */
  goesOn(): boolean;
  failed(cause: unknown): void;
}>;

/** Nothing waits for further states any more. */
export class Stopped extends Error {
  override name = 'Stopped';
}

/** A runtime error of Step Functions: it ends the execution at once, and no state catches it. */
export class NotPlayable extends Error {
  override name = 'NotPlayable';
}

/** The machine has ended in a state of the type `Fail`. */
export class Failed extends Error {
  override name = 'Failed';
}

const isFinal = (cause: unknown) => cause instanceof Stopped || cause instanceof NotPlayable;

const at = (input: unknown, path: string): unknown => {
  let found = input;
  for (const name of path.slice('$.'.length).split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name))
      throw new NotPlayable(`${path} leads nowhere in ${JSON.stringify(input).slice(0, 200)}.`);
    found = (found as Value)[name];
  }
  return found;
};

const filled = (template: Value, input: unknown, item?: unknown): Value =>
  Object.fromEntries(
    Object.entries(template).map(([key, value]) => {
      if (key.endsWith('.$')) return [key.slice(0, -2), value === itemValue ? item : at(input, value as string)];
      return [key, typeof value === 'object' && value !== null ? filled(value as Value, input, item) : value];
    }),
  );

const put = (input: Value, ResultPath: string | null, result: unknown): Value =>
  ResultPath === null ? input : { ...input, [ResultPath.slice('$.'.length)]: result };

const holds = (rule: Rule, input: Value): boolean => {
  if ('And' in rule) return rule.And.every((each) => holds(each, input));
  const value = at(input, rule.Variable);
  if ('StringEquals' in rule) return value === rule.StringEquals;
  return value === ('NumericEquals' in rule ? rule.NumericEquals : rule.BooleanEquals);
};

/** Nothing else gets from a function to a state; and so nothing else from a state to a function. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));

/** After its timeout a task has failed, even if its function still runs. */
const within = (playing: Playing, { TimeoutSeconds }: Task, answer: Promise<unknown>): Promise<unknown> =>
  new Promise((resolve, reject) => {
    playing.after(TimeoutSeconds, () => reject(new Error(`States.Timeout: over ${TimeoutSeconds} seconds.`)));
    answer.then(resolve, reject);
  });

const playTask = async (playing: Playing, task: Task, input: Value): Promise<Value> => {
  const { FunctionName, Payload } = filled(task.Parameters, input);
  for (let attempt = 0; ; attempt++) {
    if (!playing.goesOn()) throw new Stopped();
    try {
      const Answer = asJson(await within(playing, task, playing.invoke(String(FunctionName), Payload)));
      const result = { Payload: Answer };
      return put(input, task.ResultPath, task.ResultSelector ? filled(task.ResultSelector, result) : result);
    } catch (cause) {
      const [retry] = task.Retry ?? [];
      if (isFinal(cause) || !retry || attempt >= retry.MaxAttempts) throw cause;
      playing.failed(cause);
      const { IntervalSeconds, BackoffRate, MaxDelaySeconds } = retry;
      await playing.backOff(playing.random() * Math.min(MaxDelaySeconds, IntervalSeconds * BackoffRate ** attempt));
    }
  }
};

/** An execution for each item, so many at the same time; the first that fails stops the others, and no invocation that is under way. */
const playMap = async (playing: Playing, state: MapState, input: Value): Promise<void> => {
  const left = [...(at(input, state.ItemsPath) as readonly unknown[])];
  const most = state.MaxConcurrencyPath ? Number(at(input, state.MaxConcurrencyPath)) : (state.MaxConcurrency ?? left.length);
  let failed = false;
  const children: Playing = { ...playing, between: async () => {}, goesOn: () => !failed && playing.goesOn() };
  const worker = async () => {
    while (left.length > 0 && children.goesOn())
      await play(children, state.ItemProcessor, filled(state.ItemSelector, input, left.shift()));
    if (!children.goesOn()) throw new Stopped();
  };
  try {
    await Promise.all(Array.from({ length: Math.min(most, left.length) }, worker));
  } catch (cause) {
    failed = true;
    throw cause;
  }
};

type Step = Readonly<{ input: Value; next?: string }>;

const step = async (playing: Playing, state: State, input: Value): Promise<Step> => {
  switch (state.Type) {
    case 'Task':
      await playing.between();
      return { input: await playTask(playing, state, input), next: state.Next };
    case 'Map':
      await playMap(playing, state, input);
      return { input, next: state.Next };
    case 'Choice':
      return { input, next: state.Choices.find((rule) => holds(rule, input))?.Next ?? state.Default };
    case 'Pass':
      return { input: put(input, state.ResultPath, state.Result), next: state.Next };
    case 'Wait':
      await playing.wait(Number(at(input, state.SecondsPath)));
      return { input, next: state.Next };
    case 'Succeed':
      return { input };
    case 'Fail':
      throw new Failed(`${state.Error}: ${state.Cause}`);
  }
};

/** Plays a machine to its end. Throws what nothing in it catches, `Failed` among it. */
export const play = async (playing: Playing, { StartAt, States }: Machine, given: Value): Promise<void> => {
  let input = given;
  for (let name: string | undefined = StartAt; name !== undefined; ) {
    if (!playing.goesOn()) throw new Stopped();
    const state: State = States[name]!;
    try {
      const done: Step = await step(playing, state, input);
      input = done.input;
      name = done.next;
    } catch (cause) {
      const [caught] = ('Catch' in state && state.Catch) || [];
      if (isFinal(cause) || !caught) throw cause;
      playing.failed(cause);
      input = put(input, caught.ResultPath, { Error: (cause as Error).name, Cause: (cause as Error).message });
      name = caught.Next;
    }
  }
};
