import * as z from 'zod';

/** From the input of a state to something in it. */
const path = z.string().regex(/^\$(\.\w+)+$/, 'only paths such as $.plan.fill are known');
const place = z.string().regex(/^\$\.\w+$/, 'only places such as $.plan are known');
export const itemValue = '$$.Map.Item.Value';

type Template = { readonly [key: string]: unknown };
const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null;
const isKnown = (template: Template): boolean =>
  Object.entries(template).every(([key, value]) =>
    key.endsWith('.$')
      ? value === itemValue || path.safeParse(value).success
      : isPlain(value) || (!Array.isArray(value) && isKnown(value as Template)),
  );
const template = z.record(z.string(), z.unknown()).refine(isKnown, 'only paths and plain values are known in a template');
const named = (names: readonly string[]) =>
  template.refine(
    (given) =>
      Object.keys(given)
        .map((key) => key.replace('.$', ''))
        .sort()
        .join() === names.join(),
    `it has ${names.join(' and ')}`,
  );

const anyError = z.tuple([z.literal('States.ALL')]);
const retry = z.strictObject({
  ErrorEquals: anyError,
  IntervalSeconds: z.int().positive(),
  BackoffRate: z.number().min(1),
  MaxDelaySeconds: z.int().positive(),
  MaxAttempts: z.int().min(0),
  JitterStrategy: z.literal('FULL'),
});
const caught = z.strictObject({ ErrorEquals: anyError, ResultPath: place, Next: z.string() });
const onErrors = { Retry: z.tuple([retry]).optional(), Catch: z.tuple([caught]).optional() };

const text = z.strictObject({ Variable: path, StringEquals: z.string() });
const numeric = z.strictObject({ Variable: path, NumericEquals: z.number() });
const truth = z.strictObject({ Variable: path, BooleanEquals: z.boolean() });
const next = { Next: z.string() };
const comparison = z.union([text, numeric, truth]);
const rule = z.union([
  text.extend(next),
  numeric.extend(next),
  truth.extend(next),
  z.strictObject({ And: z.array(comparison).min(1), ...next }),
]);

const task = z.strictObject({
  Type: z.literal('Task'),
  Resource: z.literal('arn:aws:states:::lambda:invoke'),
  Parameters: named(['FunctionName', 'Payload']),
  ResultSelector: template.optional(),
  ResultPath: place.nullable(),
  TimeoutSeconds: z.int().positive(),
  ...onErrors,
  ...next,
});
const choice = z.strictObject({ Type: z.literal('Choice'), Choices: z.array(rule).min(1), Default: z.string() });
const pass = z.strictObject({ Type: z.literal('Pass'), Result: z.unknown(), ResultPath: place, ...next });
const wait = z.strictObject({ Type: z.literal('Wait'), SecondsPath: path, ...next });
const succeed = z.strictObject({ Type: z.literal('Succeed') });
const fail = z.strictObject({ Type: z.literal('Fail'), Error: z.string(), Cause: z.string() });
const child = z.discriminatedUnion('Type', [task, choice, pass, wait, succeed, fail]);
const map = z.strictObject({
  Type: z.literal('Map'),
  Label: z.string(),
  ItemsPath: path,
  ItemSelector: template,
  MaxConcurrency: z.int().positive().optional(),
  MaxConcurrencyPath: path.optional(),
  ItemProcessor: z.strictObject({
    ProcessorConfig: z.strictObject({ Mode: z.literal('DISTRIBUTED'), ExecutionType: z.literal('STANDARD') }),
    StartAt: z.string(),
    States: z.record(z.string(), child),
  }),
  ResultPath: z.null(),
  Catch: onErrors.Catch,
  ...next,
});
const machine = z.strictObject({
  Comment: z.string(),
  StartAt: z.string(),
  States: z.record(z.string(), z.discriminatedUnion('Type', [task, choice, pass, wait, succeed, fail, map])),
});

export type Rule = z.infer<typeof rule> | z.infer<typeof comparison>;
export type Task = z.infer<typeof task>;
export type MapState = z.infer<typeof map>;
export type State = z.infer<typeof child> | MapState;
export type Machine = Readonly<{ StartAt: string; States: Readonly<Record<string, State>> }>;

const leadsTo = (state: State): readonly string[] => [
  ...('Next' in state ? [state.Next] : []),
  ...('Default' in state ? [state.Default, ...state.Choices.map(({ Next }) => Next)] : []),
  ...('Catch' in state ? (state.Catch ?? []).map(({ Next }) => Next) : []),
];

const checkWays = ({ StartAt, States }: Machine): void => {
  for (const name of [StartAt, ...Object.values(States).flatMap(leadsTo)])
    if (!Object.hasOwn(States, name)) throw new Error(`The state machine leads to ${name}, and there is no such state.`);
  for (const state of Object.values(States)) if (state.Type === 'Map') checkWays(state.ItemProcessor);
};

const checked = (definition: string): Machine => {
  const { data, error } = machine.safeParse(JSON.parse(definition));
  if (!data) throw new Error(`The simulator cannot play this state machine:\n${z.prettifyError(error)}`);
  checkWays(data);
  return data;
};

/** Thousands of runs have the same few. */
const known = new Map<string, Machine>();

/**
 * A definition in the Amazon States Language, as far as it can be played. Anything else is refused: a definition that says more than
 * the simulator plays would be proved by nothing.
 */
export const machineOf = (definition: unknown): Machine => {
  // The deployed definition is JSON.
  const text = JSON.stringify(definition);
  const found = known.get(text) ?? checked(text);
  known.set(text, found);
  return found;
};
