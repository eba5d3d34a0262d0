import { randomUUID } from 'node:crypto';
import { estimateIn, type Rebuilding } from '../../aws/rebuild/rebuilding.ts';
import { keepAct } from '../../engine/operate/acts/acts.ts';
import { actsOf } from '../../engine/operate/projections.ts';
import { cancelRebuild } from '../../engine/rebuild/operator/cancel.ts';
import { notLive } from '../../engine/rebuild/operator/needed.ts';
import { listRebuilds, reportRecorded } from '../../engine/rebuild/operator/report.ts';
import { rollBack } from '../../engine/rebuild/operator/roll-back.ts';
import { orderRebuild } from '../../engine/rebuild/operator/start.ts';
import { orderAudit, orderRefold, orderReplay } from '../../engine/rebuild/operator/start-in-place.ts';
import { isOver, type Rebuild } from '../../engine/rebuild/ports.ts';
import { asker } from '../asker.ts';
import { reasonFor } from '../reason.ts';
import type { Outputs, Target } from '../stack.ts';
import { untilInterrupted } from '../terminal/interrupt.ts';
import type { Print } from '../terminal/lines.ts';
import type { Bar } from '../terminal/progress.ts';
import { UserError } from '../terminal/user-error.ts';
import { rebuildingOn } from './connect.ts';
import { endLines, estimateLines, isGood, listLine, reportLines } from './lines.ts';
import { watched } from './watch.ts';

type Asked = Target & Readonly<{ view: string; revision?: number; why?: string }>;
/** The limits of the workers, and how many streams they compare. */
type Limits = Readonly<{ segments?: number; concurrency?: number; unitsPerSecond?: number; compare?: number; detach?: boolean }>;
type OneView = Asked & Limits & Readonly<{ stream?: string; category?: string; dryRun?: boolean }>;
export type RebuildVerb = Omit<OneView, 'view'> & Readonly<{ view?: string; needed?: boolean }>;
export type AuditVerb = Asked & Limits & Readonly<{ repair?: boolean }>;
type BarOf = (title: string) => Bar;

const defined = <T extends object>(values: T): T =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;

const askedOf = ({ view, revision, why = '' }: Asked) => defined({ projection: view, revision, why, by: asker() });

/** The same of a change, for which a protected stage wants a reason. */
const reasonedOf = async (asked: Asked, { outputs }: Readonly<{ outputs: Outputs }>) => {
  const why = await reasonFor(outputs, asked.why);
  return askedOf({ ...asked, ...(why !== undefined && { why }) });
};

const settingsOf = ({ segments, concurrency, unitsPerSecond, compare }: Limits) =>
  defined({ segments, concurrency, unitsPerSecond, compareOneOf: compare });

/** Watches a rebuild to its end, unless detached. Returns true if it succeeded, as far as that is known. */
const attended = async (rebuilding: Rebuilding, { id }: Rebuild, detach: boolean, print: Print, bar: Bar): Promise<boolean> => {
  const again = `Look at it: foldstream rebuilds show ${id}. Stop it: foldstream rebuilds cancel ${id}.`;
  if (detach) {
    print(`${id} continues. ${again}`);
    return true;
  }
  const report = await untilInterrupted((signal) => watched(rebuilding, id, bar, signal));
  if (!isOver(report)) {
    bar.end(`${id} continues without this command. ${again}`);
    return true;
  }
  const [first = '', ...rest] = endLines(report);
  bar.end(first);
  for (const line of rest) print(line);
  return isGood(report);
};

/** Refolds one stream, which is kept among the acts of operators. */
const refold = (
  rebuilding: Awaited<ReturnType<typeof rebuildingOn>>,
  { by, why, stream, ...asked }: ReturnType<typeof askedOf> & Readonly<{ stream: string }>,
) => {
  const act = { act: 'refold', by, ...(why !== '' && { why }), stream, correlation: randomUUID() } as const;
  return orderRefold(rebuilding, { ...asked, stream, correlation: act.correlation }, ({ projection: name, revision }) =>
    keepAct(rebuilding, actsOf({ name, revision }), act),
  );
};

/** `foldstream rebuild <view>`: builds a revision from all history, beside the active one. Or refolds a stream or a category. */
const rebuildOne = async (verb: OneView, print: Print, bar: BarOf): Promise<boolean> => {
  const { view, stream, category, detach = false, dryRun } = verb;
  if (stream !== undefined && category !== undefined)
    throw new UserError('Both --stream and --category are given.', 'Give one of them.');
  const rebuilding = await rebuildingOn(verb);
  const settings = settingsOf(verb);
  if (dryRun) {
    for (const line of estimateLines(await estimateIn(rebuilding, askedOf(verb), settings))) print(line);
    return true;
  }
  const asked = { ...(await reasonedOf(verb, rebuilding)), settings };
  if (stream !== undefined) {
    const { projection, revision } = await refold(rebuilding, { ...asked, stream });
    print(`${stream} is folded again in ${projection}.r${revision}, as soon as its queue gets there.`);
    return true;
  }
  const begun = category === undefined ? orderRebuild(rebuilding, asked) : orderReplay(rebuilding, { ...asked, category });
  return attended(rebuilding, await begun, detach, print, bar(`Rebuilding ${view}`));
};

/** `foldstream rebuild --needed`: one after the other, each view whose newest revision has never been live. A pipeline asks so after each deployment. */
const rebuildNeeded = async (verb: Omit<OneView, 'view'>, print: Print, bar: BarOf): Promise<boolean> => {
  const found = await notLive(await rebuildingOn(verb));
  if (found.length === 0) print('The newest revision of each view is live: there is nothing to rebuild.');
  let good = true;
  for (const { view, revision, rolledBack } of found) {
    if (rolledBack)
      print(`${view}.r${revision} was rolled back, so it is left alone. To make it live again: foldstream rebuild ${view}`);
    else good = (await rebuildOne({ ...verb, view }, print, bar)) && good;
  }
  return good;
};

/** `foldstream rebuild <view>`, or `--needed` for those that a release has left to be built. */
export const rebuildVerb = async ({ view, needed = false, ...verb }: RebuildVerb, print: Print, bar: BarOf): Promise<boolean> => {
  const { revision, stream, category, detach } = verb;
  if (!needed && view !== undefined) return rebuildOne({ ...verb, view }, print, bar);
  if (!needed) throw new UserError('Which view is to be rebuilt?', 'Name one, or give --needed for each that is not live yet.');
  if (view !== undefined || [revision, stream, category, detach].some((each) => each !== undefined))
    throw new UserError(
      '--needed rebuilds each view whose newest revision is not live, one after the other.',
      'Give it without a view, --revision, --stream, --category and --detach.',
    );
  return rebuildNeeded(verb, print, bar);
};

/** `foldstream audit <view>`: compares the live revision with its history. Changes nothing without `--repair`. */
export const auditVerb = async (verb: AuditVerb, print: Print, bar: BarOf): Promise<boolean> => {
  const { view, repair = false, detach = false } = verb;
  const rebuilding = await rebuildingOn(verb);
  const begun = await orderAudit(rebuilding, { ...(await reasonedOf(verb, rebuilding)), settings: settingsOf(verb), repair });
  return attended(rebuilding, begun, detach, print, bar(`Comparing ${view}`));
};

/** `foldstream rebuilds`: running ones and past ones, and roll backs. */
export const listVerb = async ({ view, ...target }: Target & Readonly<{ view?: string }>, print: Print): Promise<void> => {
  const all = await listRebuilds(await rebuildingOn(target), view);
  for (const rebuild of all) print(listLine(rebuild));
  if (all.length === 0) print('There are no rebuilds yet.');
};

/** `foldstream rebuilds show <id>`. */
export const showVerb = async ({ id, ...target }: Target & Readonly<{ id: string }>, print: Print): Promise<void> => {
  for (const line of reportLines(await reportRecorded(await rebuildingOn(target), id))) print(line);
};

/** `foldstream rebuilds cancel <id>`. */
export const cancelVerb = async (
  { id, why: given, ...target }: Target & Readonly<{ id: string; why?: string }>,
  print: Print,
): Promise<void> => {
  const rebuilding = await rebuildingOn(target);
  const why = await reasonFor(rebuilding.outputs, given);
  const { projection } = await cancelRebuild(rebuilding, { id, by: asker(), ...(why !== undefined && { why }) });
  print(`${id} is cancelled: ${projection} answers as before, and the next rebuild continues where this one was.`);
};

/** `foldstream roll-back <view>`: lets the revision before answer again. */
export const rollBackVerb = async (verb: Asked, print: Print): Promise<void> => {
  const { projection, revision, previous } = await rollBack(await rebuildingOn(verb), askedOf(verb));
  print(`${projection}.r${revision} answers again; r${previous} is still kept up to date.`);
};
