import { ProblemError } from '../../../core/problem.ts';
import { nowOf } from '../../instant.ts';
import { endedNow, isOver, type Rebuild, type RebuildSettings, runningStates } from '../ports.ts';
import { reconciled } from '../reconcile.ts';
import { rebuildSettings, smallCommits } from '../settings.ts';
import type { RebuildView } from '../steps.ts';
import { type Asked, conflict, deployedRevision, type Ordering, revisionsOf } from './requests.ts';

type Kind = Pick<Rebuild, 'kind' | 'state'> & Partial<Pick<Rebuild, 'category' | 'repair' | 'from'>>;

/** Writes the record, takes the lock, and starts the execution. A lock of a rebuild that is over is taken over. */
export const begin = async (
  ordering: Ordering,
  { projection: { name, revision } }: RebuildView,
  { by, why }: Pick<Asked, 'by' | 'why'>,
  settings: RebuildSettings,
  kind: Kind,
  prepare: () => Promise<void> = async () => {},
): Promise<Rebuild> => {
  const { rebuilds, executions, clock, keys } = ordering;
  const aboutCommits = await ordering.aboutCommits();
  const now = nowOf(clock);
  const about = { id: keys.randomId(), projection: name, revision, since: now, by, why, startedAt: now, settings, aboutCommits };
  const small = kind.kind === 'rebuild' && aboutCommits <= smallCommits;
  const rebuild: Rebuild = { ...about, ...kind, ...(small && { small }) };
  let running = await rebuilds.begin(rebuild);
  const other = running === undefined ? undefined : await rebuilds.load(running);
  if (other && isOver(await reconciled(ordering, other))) running = await rebuilds.begin(rebuild);
  if (running !== undefined)
    throw new ProblemError({
      kind: 'rebuild-running',
      detail: `${name} has a rebuild running: ${running}. Wait for it, or cancel it.`,
      extra: { rebuild: running },
    });
  try {
    await prepare();
    await executions.start(rebuild.id);
  } catch (cause) {
    const reason = `It could not be started: ${cause}`;
    await rebuilds.move(rebuild.id, runningStates, { state: 'failed', reason, ...endedNow(clock) });
    throw cause;
  }
  return rebuild;
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
  return begin(ordering, view, asked, foreign ? { ...settings, compareOneOf: 1 } : settings, kind, async () => {
    // Only the holder of the lock may do this: a refused rebuild would overwrite what another one has made live.
    if (!phase)
      await phases.save(name, revision, {
        phase: 'building',
        since: nowOf(clock),
        ...(view.code !== undefined && { code: view.code }),
      });
  });
};
