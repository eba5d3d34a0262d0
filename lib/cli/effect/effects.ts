import { randomUUID } from 'node:crypto';
import { revisionTables } from '../../aws/deployment/deployments.ts';
import { circuitItems } from '../../aws/effect/circuits.ts';
import { cloudWatchAges } from '../../aws/operate/ages.ts';
import { rebuildRecords } from '../../aws/rebuild/records.ts';
import { commitStore } from '../../aws/store/commit-store.ts';
import { systemClock, systemHash } from '../../aws/system.ts';
import { activeRevisions } from '../../aws/view/revisions.ts';
import type { AdapterOutcome } from '../../core/effect/adapter.ts';
import { effectDecider } from '../../core/effect/decider.ts';
import { type PerformanceRow, performancesName } from '../../core/effect/performances-view.ts';
import {
  answerPerformance,
  type EffectOperating,
  type EffectsReport,
  type PerformanceReport,
  readPerformance,
  reportEffects,
  retryPerformance,
} from '../../engine/operate/effects.ts';
import { progressOf } from '../../engine/rebuild/operator/report.ts';
import { asker } from '../asker.ts';
import { deployedEffects, deployedProjections } from '../deployed.ts';
import { redriveOn } from '../letters.ts';
import { withoutSnapshots } from '../loading.ts';
import { withRows } from '../rows.ts';
import { connect, type Target } from '../stack.ts';
import type { Print } from '../terminal/lines.ts';
import { UserError } from '../terminal/user-error.ts';
import { lagText, printedLog } from '../texts.ts';

type One = Target & Readonly<{ performance: string }>;

/** The effects of a deployment, and the ports for operating them. */
const connected = async ({ manifest, stack }: Target, print: Print) => {
  const connection = await connect(stack);
  const { client, commits, control } = connection;
  const log = printedLog(print);
  const store = commitStore(client, commits);
  const loading = { ...withoutSnapshots, store, keys: { hash: systemHash }, clock: systemClock, log };
  const effects = deployedEffects(manifest, connection);
  if (effects.length === 0)
    throw new UserError('The deployment has no effect of this manifest.', 'A process lists its effects in `effects`.');
  const operating: EffectOperating = {
    effects: effects.map((deployed) => ({ ...deployed, loading: { ...loading, decider: effectDecider(deployed.effect) } })),
    performances: {
      deployed: deployedProjections(manifest, connection)
        .filter(({ projection }) => projection.name === performancesName)
        .map(({ projection, view }) => ({ projection, reader: view, clock: systemClock })),
      active: activeRevisions(client, control).load,
      built: progressOf(rebuildRecords(client, control)),
      tableOf: revisionTables(client, control, systemClock),
    },
    circuits: circuitItems(client, control),
    ages: cloudWatchAges('', systemClock),
    log,
  };
  return { effects, operating };
};

const rowLine = ({ performance, status, since, attempts, why, again, instance }: PerformanceRow): string =>
  [
    `  ${performance}: ${status} since ${since}`,
    `${attempts} tries`,
    ...(why === undefined ? [] : [why]),
    ...(again === undefined ? [] : [`next try ${again}`]),
    `asked for by ${instance}`,
  ].join('; ');

/** A report as lines for a person. */
export const effectLines = (
  { effects, performances, cursor }: EffectsReport,
  status = 'failing, timed out or late',
): readonly string[] => [
  ...effects.map(({ effect, provider, circuit, openUntil, lag }) =>
    [
      `${effect}: ${lagText(lag)}`,
      ...(circuit === 'open' ? [`the circuit of ${provider} is open, next probe ${openUntil}`] : []),
    ].join('; '),
  ),
  ...(performances as readonly PerformanceRow[]).map(rowLine),
  ...(performances.length === 0 ? [`  no performance is ${status}`] : []),
  ...(cursor === undefined ? [] : ['  and more']),
];

/** One performance as lines for a person. */
export const performanceLines = ({
  performance,
  status,
  instance,
  input,
  attempts,
  key,
  steps,
  earlier,
}: PerformanceReport): readonly string[] => [
  `${performance}: ${status} after ${attempts} tries, asked for by ${instance}`,
  `  input ${JSON.stringify(input)}`,
  ...(key === undefined ? [] : [`  idempotency key ${key}`]),
  ...(earlier > 0 ? [`  ... ${earlier} commits before`] : []),
  ...steps.map(({ commit, at, type, data, actor }) => `  ${commit}. ${at} ${type} ${JSON.stringify(data)} by ${actor}`),
];

type List = Target & Readonly<{ status?: PerformanceRow['status']; effect?: string }>;

/** `foldstream effects`: lists how each effect is, and the performances that need an operator, or those of one status. */
export const listEffects = async ({ status, effect, ...target }: List, print: Print): Promise<void> => {
  const { operating } = await connected(target, print);
  const page = { limit: 100, direction: 'oldest-first' } as const;
  const asked = { ...page, ...(status && { status }), ...(effect !== undefined && { effect }) };
  const read = (cursor: string | undefined) => reportEffects(operating, { ...asked, ...(cursor !== undefined && { cursor }) });
  for (const line of effectLines(await withRows('performances', page.limit, read), status)) print(line);
};

/** `foldstream effects show <performance>`. */
export const showPerformance = async ({ performance, ...target }: One, print: Print): Promise<void> => {
  const { operating } = await connected(target, print);
  for (const line of performanceLines(await readPerformance(operating, performance))) print(line);
};

const sayOrdered = (print: Print, { performance, order, status }: Awaited<ReturnType<typeof retryPerformance>>) => {
  print(`${performance}, ${status} until now: the request to ${order} is in the queue of its effect.`);
  print(`See the result: foldstream effects show ${performance}`);
};

/** `foldstream effects retry <performance> --why "..."`. */
export const retryEffect = async ({ performance, why, ...target }: One & Readonly<{ why: string }>, print: Print) => {
  const { operating } = await connected(target, print);
  sayOrdered(print, await retryPerformance(operating, { performance, why, by: asker(), correlation: randomUUID() }));
};

type Given = Readonly<{ why: string; done?: string; refused?: string }>;

/** The outcome that the options give: one of the two. */
export const outcomeOf = ({ done, refused }: Pick<Given, 'done' | 'refused'>): AdapterOutcome => {
  if ((done === undefined) === (refused === undefined))
    throw new UserError('An outcome is either an answer or a refusal.', 'Give --done <json> or --refused <reason>.');
  if (refused !== undefined) {
    if (!/^[a-z][a-z0-9-]{0,63}$/.test(refused))
      throw new UserError(`'${refused}' is not a reason.`, 'Use small letters, digits and hyphens, such as card-declined.');
    return { refused };
  }
  try {
    return { done: JSON.parse(done ?? '') };
  } catch {
    throw new UserError('The answer is not JSON.', 'Give it in quotes: --done \'{"charge":"ch_1"}\'.');
  }
};

/** `foldstream effects answer <performance> --done '{...}' | --refused <reason> --why "..."`. */
export const answerEffect = async ({ performance, why, done, refused, ...target }: One & Given, print: Print) => {
  const outcome = outcomeOf({ ...(done !== undefined && { done }), ...(refused !== undefined && { refused }) });
  const { operating } = await connected(target, print);
  const ask = { performance, why, outcome, by: asker(), correlation: randomUUID() };
  sayOrdered(print, await answerPerformance(operating, ask));
};

/** `foldstream effects redrive <effect>`: sends dead letters back, of the queue and of its rule. */
export const redriveEffect = ({ effect, ...asked }: Target & Readonly<{ effect: string; why?: string }>, print: Print) =>
  redriveOn(asked, { kind: 'effect', name: effect }, print);
