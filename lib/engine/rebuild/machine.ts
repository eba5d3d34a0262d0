import { revisionKey } from '../../core/deployed-names.ts';
import type { AnyProjection } from '../../core/projection.ts';
import type { LeadStep } from './lead.ts';

/** A function that does the work of rebuilds for one revision. */
export type Worker = Readonly<{ projection: Pick<AnyProjection, 'name' | 'revision'>; functionName: string }>;

type State = Readonly<Record<string, unknown>>;
/** The settings that only the deployment knows: the names and timeouts of the machine's functions. */
type Machine = Readonly<{ leadFunction: string; leadSeconds: number; workers: readonly Worker[]; workSeconds: number }>;

/** A function reports by itself that its time is over: this is for one that cannot. */
const spareSeconds = 30;

/** Every failure is retried: a worker has saved its position. Full jitter spreads the retries of workers that were throttled together. */
const again = [
  {
    ErrorEquals: ['States.ALL'],
    IntervalSeconds: 1,
    BackoffRate: 2,
    MaxDelaySeconds: 30,
    MaxAttempts: 6,
    JitterStrategy: 'FULL',
  },
];
const onFailure = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.cause', Next: 'Failing' }];
const invoke = 'arn:aws:states:::lambda:invoke';

const parts = ({ leadFunction, leadSeconds, workSeconds }: Omit<Machine, 'workers'>) => {
  /** One step of the lead: it alone changes the rebuild's record, so that the history of an execution stays small. */
  const lead = (step: LeadStep, over: State, more: State = {}): State => ({
    Type: 'Task',
    Resource: invoke,
    Parameters: { FunctionName: leadFunction, Payload: { step, 'rebuild.$': '$.rebuild', ...more } },
    TimeoutSeconds: leadSeconds + spareSeconds,
    Retry: again,
    Catch: onFailure,
    ...over,
  });
  /** A worker for each piece of work, in an execution of its own: each hands on to itself until it is done. 25,000 events are enough for
   * 3,500 slices of two minutes. */
  const map = (Label: string, items: string, next: State, concurrency: State = { MaxConcurrencyPath: '$.plan.concurrency' }) => ({
    Type: 'Map',
    Label,
    ItemsPath: items,
    ...concurrency,
    ItemSelector: { 'function.$': '$.function', 'work.$': '$$.Map.Item.Value' },
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      // Names are unique in the whole definition.
      StartAt: `${Label} work`,
      States: {
        [`${Label} work`]: {
          Type: 'Task',
          Resource: invoke,
          Parameters: { 'FunctionName.$': '$.function', 'Payload.$': '$.work' },
          ResultSelector: { 'done.$': '$.Payload.done' },
          ResultPath: '$.result',
          TimeoutSeconds: workSeconds + spareSeconds,
          Retry: again,
          Next: `${Label} done?`,
        },
        [`${Label} done?`]: {
          Type: 'Choice',
          Choices: [{ Variable: '$.result.done', BooleanEquals: true, Next: `${Label} done` }],
          Default: `${Label} work`,
        },
        [`${Label} done`]: { Type: 'Succeed' },
      },
    },
    // The results of the workers are in the control table.
    ResultPath: null,
    Catch: onFailure,
    ...next,
  });
  const chosen = ({ projection, functionName }: Worker): readonly [string, State] => [
    revisionKey(projection),
    { Type: 'Pass', Result: functionName, ResultPath: '$.function', Next: 'Kind' },
  ];
  const isOf = ({ projection: { name, revision } }: Worker): State => ({
    And: [
      { Variable: '$.plan.projection', StringEquals: name },
      { Variable: '$.plan.revision', NumericEquals: revision },
    ],
    Next: revisionKey({ name, revision }),
  });
  return { lead, map, chosen, isOf };
};

/**
 * The definition of the state machine of all rebuilds, in the Amazon States Language: plan, fill, go live, wait, drain, verify, judge. A state holds the
 * rebuild's id, the plan, and the worker's name; everything that grows is in tables. In which order is a rule of the engine's: the same definition is
 * deployed, and played by the simulator.
 */
export const rebuildMachine = (machine: Machine): Readonly<Record<string, unknown>> => {
  const { lead, map, chosen, isOf } = parts(machine);
  const kindIs = (kind: string, Next: string) => ({ Variable: '$.plan.kind', StringEquals: kind, Next });
  const stateIs = (state: string, Next: string) => ({ Variable: '$.judged.state', StringEquals: state, Next });
  const picked = (name: string, fields: readonly string[]): State => ({
    ResultSelector: Object.fromEntries(fields.map((field) => [`${field}.$`, `$.Payload.${field}`])),
    ResultPath: `$.${name}`,
  });
  return {
    Comment:
      'Builds a revision of a view from all history, checks it, and lets it answer; or checks, or folds anew, what is there.',
    StartAt: 'Plan',
    States: {
      Plan: lead('plan', {
        ...picked('plan', ['kind', 'projection', 'revision', 'concurrency', 'fill', 'drain', 'verify']),
        Next: 'Worker',
      }),
      Worker: { Type: 'Choice', Choices: machine.workers.map(isOf), Default: 'Unknown' },
      Unknown: {
        Type: 'Pass',
        Result: { Error: 'NotDeployed', Cause: 'The revision was removed by a deployment.' },
        ResultPath: '$.cause',
        Next: 'Failing',
      },
      ...Object.fromEntries(machine.workers.map(chosen)),
      Kind: { Type: 'Choice', Choices: [kindIs('audit', 'Verify')], Default: 'Fill' },
      Fill: map('Fill', '$.plan.fill', { Next: 'Filled' }),
      Filled: { Type: 'Choice', Choices: [kindIs('rebuild', 'Live')], Default: 'Verify' },
      Live: lead('live', { ...picked('live', ['waitSeconds']), Next: 'Wait' }),
      // Until no function can note anything any more.
      Wait: { Type: 'Wait', SecondsPath: '$.live.waitSeconds', Next: 'Drain' },
      Drain: map('Drain', '$.plan.drain', { Next: 'Verify' }),
      Verify: lead('verify', { ResultPath: null, Next: 'Compare' }),
      Compare: map('Compare', '$.plan.verify', { Next: 'Judge' }),
      Judge: lead('judge', { ...picked('judged', ['state', 'recheck']), Next: 'Judged' }),
      Judged: { Type: 'Choice', Choices: [stateIs('repairing', 'Recheck')], Default: 'Over' },
      Recheck: map('Recheck', '$.judged.recheck', { Next: 'Judge' }, { MaxConcurrency: 1 }),
      Over: { Type: 'Succeed' },
      Failing: lead('fail', { ResultPath: null, Catch: undefined, Next: 'Failed' }, { 'cause.$': '$.cause' }),
      Failed: { Type: 'Fail', Error: 'RebuildFailed', Cause: 'The record of the rebuild says why.' },
    },
  };
};
