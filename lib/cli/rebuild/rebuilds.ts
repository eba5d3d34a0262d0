import { randomUUID } from 'node:crypto';
import { cancelRebuild } from '../../engine/rebuild/operator/cancel.ts';
import { estimateRebuild } from '../../engine/rebuild/operator/estimate.ts';
import { listRebuilds, reportRecorded } from '../../engine/rebuild/operator/report.ts';
import { rollBack } from '../../engine/rebuild/operator/roll-back.ts';
import { orderRebuild, rebuildable } from '../../engine/rebuild/operator/start.ts';
import { orderAudit, orderRefold, orderReplay } from '../../engine/rebuild/operator/start-in-place.ts';
import { isOver, type Rebuild, type RebuildSettings } from '../../engine/rebuild/ports.ts';
import type { Target } from '../stack.ts';
import { explained } from '../terminal/explained.ts';
import { untilInterrupted } from '../terminal/interrupt.ts';
import type { Bar } from '../terminal/progress.ts';
import { UserError } from '../terminal/user-error.ts';
import { asker, type Rebuilding, rebuildingOn } from './connect.ts';
import { endLines, estimateLines, isGood, listLine, reportLines } from './lines.ts';
import { watched } from './watch.ts';

type Print = (line: string) => void;
type Asked = Target & Readonly<{ name: string; revision?: number; why?: string; detach: boolean }>;
/** The limits of the workers. */
type Ceiling = Readonly<{ segments?: number; concurrency?: number; unitsPerSecond?: number }>;
export type RebuildVerb = Asked & Ceiling & Readonly<{ compare?: number; stream?: string; category?: string; dryRun: boolean }>;
export type AuditVerb = Asked & Ceiling & Readonly<{ oneOf?: number; repair: boolean }>;

const defined = <T extends object>(values: T): T =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;

const askedOf = ({ name, revision, why = '' }: Pick<Asked, 'name' | 'revision' | 'why'>) =>
  defined({ projection: name, revision, why, by: asker() });

/** Watches a rebuild to its end, unless detached. Returns true if it succeeded, as far as that is known. */
const attended = async (rebuilding: Rebuilding, { id }: Rebuild, detach: boolean, print: Print, bar: Bar): Promise<boolean> => {
  const again = `Look at it: foldstream rebuilds show ${id}. Stop it: foldstream rebuilds cancel ${id}.`;
  if (detach) {
    print(`${id} continues. ${again}`);
    return true;
  }
  const report = await untilInterrupted((signal) => watched(rebuilding, id, bar, signal));
  if (!isOver(report)) {
    bar.end(`${id} goes on without you. ${again}`);
    return true;
  }
  const [first = '', ...rest] = endLines(report);
  bar.end(first);
  for (const line of rest) print(line);
  return isGood(report);
};

const dryRun = async (rebuilding: Rebuilding, { name, revision }: Asked, settings: Partial<RebuildSettings>, print: Print) => {
  const { view } = await rebuildable(rebuilding, defined({ projection: name, revision }));
  const estimating = { ...rebuilding, projection: view.projection, random: Math.random };
  for (const line of estimateLines(await estimateRebuild(estimating, settings))) print(line);
};

/** `foldstream rebuild <projection>`: builds a revision from all history, beside the one that answers. Or folds a stream or a category anew. */
export const rebuildVerb = async (verb: RebuildVerb, print: Print, bar: Bar): Promise<boolean> => {
  const { stream, category, segments, concurrency, unitsPerSecond, compare, detach } = verb;
  if (stream !== undefined && category !== undefined)
    throw new UserError('Both a stream and a category are named.', 'Name one of them.');
  const rebuilding = await rebuildingOn(verb);
  const settings = defined({ segments, concurrency, unitsPerSecond, compareOneOf: compare });
  const asked = { ...askedOf(verb), settings };
  if (verb.dryRun) {
    await explained(dryRun(rebuilding, verb, settings, print));
    return true;
  }
  if (stream !== undefined) {
    const { projection, revision } = await explained(orderRefold(rebuilding, { ...asked, stream, correlation: randomUUID() }));
    print(`${stream} is refolded in ${projection}.r${revision}, once its queue gets there.`);
    return true;
  }
  const order = category === undefined ? orderRebuild(rebuilding, asked) : orderReplay(rebuilding, { ...asked, category });
  return attended(rebuilding, await explained(order), detach, print, bar);
};

/** `foldstream audit <projection>`: compares the live revision with its history. Changes nothing without `--repair`. */
export const auditVerb = async (verb: AuditVerb, print: Print, bar: Bar): Promise<boolean> => {
  const rebuilding = await rebuildingOn(verb);
  const { segments, concurrency, unitsPerSecond, oneOf } = verb;
  const settings = defined({ segments, concurrency, unitsPerSecond, compareOneOf: oneOf });
  const order = orderAudit(rebuilding, { ...askedOf(verb), settings, repair: verb.repair });
  return attended(rebuilding, await explained(order), verb.detach, print, bar);
};

/** `foldstream rebuilds`: running ones and past ones, and roll backs. */
export const listVerb = async (
  { projection, ...target }: Target & Readonly<{ projection?: string }>,
  print: Print,
): Promise<void> => {
  const all = await listRebuilds(await rebuildingOn(target), projection);
  for (const rebuild of all) print(listLine(rebuild));
  if (all.length === 0) print('There are no rebuilds yet.');
};

/** `foldstream rebuilds show <id>`. */
export const showVerb = async ({ id, ...target }: Target & Readonly<{ id: string }>, print: Print): Promise<void> => {
  for (const line of reportLines(await explained(reportRecorded(await rebuildingOn(target), id)))) print(line);
};

/** `foldstream rebuilds cancel <id>`. */
export const cancelVerb = async ({ id, ...target }: Target & Readonly<{ id: string }>, print: Print): Promise<void> => {
  const { projection } = await explained(cancelRebuild(await rebuildingOn(target), { id, by: asker() }));
  print(`${id} is cancelled: ${projection} answers as before, and the next rebuild continues where this one was.`);
};

/** `foldstream roll-back <projection>`: lets the revision before answer again. */
export const rollBackVerb = async (verb: Target & Pick<Asked, 'name' | 'revision' | 'why'>, print: Print) => {
  const { name, why = '' } = verb;
  if (why.trim() === '') throw new UserError('A reason is missing.', 'Give one for the history: --why "...".');
  const { revision, previous } = await explained(rollBack(await rebuildingOn(verb), askedOf(verb)));
  print(`${name}.r${revision} answers again; r${previous} is still kept up to date.`);
};
