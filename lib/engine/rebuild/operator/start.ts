import { nowOf } from '../../instant.ts';
import { isOver, type Rebuild, type RebuildSettings, runningStates } from '../ports.ts';
import { reconciled } from '../reconcile.ts';
import { rebuildSettings, smallCommits } from '../settings.ts';
import type { RebuildView } from '../steps.ts';
import { type Asked, conflict, deployedRevision, type Ordering, revisionsOf } from './requests.ts';

/** Writes the record, takes the lock, and starts the execution. One that is locked by something long over goes on all the same. */
export const begin = async (ordering: Ordering, rebuild: Rebuild, prepare?: () => Promise<void>): Promise<Rebuild> => {
  const { rebuilds, executions, clock } = ordering;
  let running = await rebuilds.begin(rebuild);
  if (running !== undefined) {
    const there = await rebuilds.load(running);
    const now = there && (await reconciled(ordering, there));
    if (now && isOver(now)) running = await rebuilds.begin(rebuild);
  }
  if (running !== undefined)
    throw conflict('rebuild-running', `${rebuild.projection} has a rebuild running: ${running}. Wait for it, or cancel it.`, {
      rebuild: running,
    });
  try {
    await prepare?.();
    await executions.start(rebuild.id);
  } catch (cause) {
    const now = nowOf(clock);
    await rebuilds.move(rebuild.id, runningStates, {
      state: 'failed',
      reason: `It could not be started: ${cause}`,
      since: now,
      endedAt: now,
    });
    throw cause;
  }
  return rebuild;
};

type Kind = Pick<Rebuild, 'kind' | 'state'> & Partial<Pick<Rebuild, 'category' | 'repair' | 'from'>>;

/** The record of the rebuild that starts now. */
export const recordOf = async (
  { clock, keys, aboutCommits }: Ordering,
  { projection }: RebuildView,
  { by, why }: Pick<Asked, 'by' | 'why'>,
  settings: RebuildSettings,
  kind: Kind,
): Promise<Rebuild> => {
  const now = nowOf(clock);
  return {
    id: keys.randomId(),
    projection: projection.name,
    revision: projection.revision,
    ...kind,
    since: now,
    by,
    why,
    startedAt: now,
    settings,
    aboutCommits: await aboutCommits(),
  };
};

/** The revision that a rebuild is for: the one that is named, or the newest; refused where it answers already. */
export const rebuildable = async (
  ordering: Pick<Ordering, 'views' | 'actives'>,
  { projection, revision }: Pick<Asked, 'projection' | 'revision'>,
): Promise<Readonly<{ view: RebuildView; from?: number }>> => {
  const revisions = revisionsOf(ordering, projection);
  const view = revision === undefined ? revisions[0]! : deployedRevision(ordering, projection, revision);
  const active = await ordering.actives.load(projection);
  if (active?.revision === view.projection.revision)
    throw conflict(
      'nothing-to-rebuild',
      `Revision ${active.revision} of ${projection} answers already. Raise the revision and deploy it beside this one, or audit this one with --repair.`,
    );
  return { view, ...(active && { from: active.revision }) };
};

/** Begins to build a revision from all history, or to go on with it. */
export const orderRebuild = async (ordering: Ordering, asked: Asked): Promise<Rebuild> => {
  const { phases, clock } = ordering;
  const settings = rebuildSettings(asked.settings);
  const { view, from } = await rebuildable(ordering, asked);
  const { name, revision } = view.projection;
  const phase = await phases.load(name, revision);
  // Rows that other code may have written are all compared.
  const foreign = phase?.code === undefined || phase.code !== view.code;
  const kind: Kind = { kind: 'rebuild', state: 'filling', ...(from !== undefined && { from }) };
  const record = await recordOf(ordering, view, asked, foreign ? { ...settings, compareOneOf: 1 } : settings, kind);
  const small = record.aboutCommits <= smallCommits;
  return begin(ordering, { ...record, ...(small && { small }) }, async () => {
    // Only the holder of the lock may do this: a refused rebuild would overwrite what another one has made live.
    if (!phase)
      await phases.save(name, revision, {
        phase: 'building',
        since: nowOf(clock),
        ...(view.code !== undefined && { code: view.code }),
      });
  });
};
