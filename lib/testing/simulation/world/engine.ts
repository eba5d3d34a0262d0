import type { Manifest } from '../../../core/manifest.ts';
import { handleCommand } from '../../../engine/command/handle.ts';
import type { Commanding } from '../../../engine/command/request.ts';
import { type Publishing, publish } from '../../../engine/delivery/publish.ts';
import { settleDeployment } from '../../../engine/deployment/revisions.ts';
import type { Performing } from '../../../engine/effect/attend.ts';
import { effectSteps, routeToEffect } from '../../../engine/effect/route.ts';
import { importHistory } from '../../../engine/history/import-history.ts';
import { eraseSubject } from '../../../engine/operate/erase.ts';
import { orderSchedule } from '../../../engine/operate/schedules.ts';
import { note } from '../../../engine/operate/sweep/journal.ts';
import { lookAtNew } from '../../../engine/operate/sweep/look.ts';
import { sweep } from '../../../engine/operate/sweep.ts';
import { processTargets, sendOverdue } from '../../../engine/operate/sweep-processes.ts';
import { sendOverdueTimes } from '../../../engine/operate/sweep-schedules.ts';
import type { Opening, Sealing } from '../../../engine/personal/ports.ts';
import type { Store } from '../../../engine/ports.ts';
import type { Reacting } from '../../../engine/process/react.ts';
import { processSteps, routeToProcess } from '../../../engine/process/route.ts';
import { queryById, queryList } from '../../../engine/query/kinds.ts';
import type { Querying } from '../../../engine/query/querying.ts';
import { answeringRevision } from '../../../engine/query/revision.ts';
import { lead } from '../../../engine/rebuild/lead.ts';
import { cancelRebuild } from '../../../engine/rebuild/operator/cancel.ts';
import { rollBack } from '../../../engine/rebuild/operator/roll-back.ts';
import { orderRebuild } from '../../../engine/rebuild/operator/start.ts';
import { orderAudit, orderRefold, orderReplay } from '../../../engine/rebuild/operator/start-in-place.ts';
import type { Working } from '../../../engine/rebuild/slice.ts';
import type { Leading } from '../../../engine/rebuild/steps.ts';
import { work } from '../../../engine/rebuild/worker.ts';
import { resetToRestored } from '../../../engine/restore/reset.ts';
import type { Scheduling } from '../../../engine/schedule/look.ts';
import { routeToSchedule } from '../../../engine/schedule/route.ts';
import { routeToGroup } from '../../../engine/view/group/route.ts';
import type { Projecting } from '../../../engine/view/projecting.ts';
import type { Announcing } from '../../../engine/view/public-events.ts';
import { routeToView, viewSteps } from '../../../engine/view/route.ts';
import type { MemorySubjectKeys } from '../../memory/personal.ts';
import type { MemoryView } from '../../memory/view.ts';

/** The code that is simulated. */
export const realEngine = {
  handleCommand,
  publish,
  routeToView,
  routeToGroup,
  ...viewSteps,
  routeToProcess,
  ...processSteps,
  routeToEffect,
  ...effectSteps,
  routeToSchedule,
  orderSchedule,
  sendOverdueTimes,
  processTargets,
  sendOverdue,
  eraseSubject,
  sweep,
  note,
  lookAtNew,
  queryById,
  queryList,
  answeringRevision,
  importHistory,
  resetToRestored,
  settleDeployment,
  orderRebuild,
  orderAudit,
  orderReplay,
  orderRefold,
  cancelRebuild,
  rollBack,
  lead,
  work,
};
export type Engine = Readonly<typeof realEngine>;

/** Used if a test damages nothing. */
export const untampered = <T>(value: T): T => value;

/** Damage that a test does on purpose, to see that the simulator notices: in a table, in an instance's ports, or in a step. */
export type Tamper = Readonly<{
  store?: (store: Store) => Store;
  view?: (view: MemoryView) => MemoryView;
  commanding?: (commanding: Commanding) => Commanding;
  publishing?: (publishing: Publishing) => Publishing;
  projecting?: (projecting: Projecting) => Projecting;
  announcing?: (announcing: Announcing) => Announcing;
  reacting?: (reacting: Reacting) => Reacting;
  performing?: (performing: Performing) => Performing;
  scheduling?: (scheduling: Scheduling) => Scheduling;
  querying?: (querying: Querying) => Querying;
  working?: (working: Working) => Working;
  leading?: (leading: Leading) => Leading;
  /** The state machine of rebuilds, in the Amazon States Language. */
  machine?: (definition: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
  subjects?: (keys: MemorySubjectKeys) => MemorySubjectKeys;
  sealing?: (sealing: Sealing) => Sealing;
  opening?: (opening: Opening) => Opening;
  engine?: (engine: Engine) => Engine;
  /** The journal gets a record of each commit: whatever the publisher loses is then found without a pass over the table. */
  surelyNoted?: boolean;
}>;

/** The simulated manifest, and perhaps the release after it. */
export type Subject = Readonly<{ manifest: Manifest; next?: Manifest }>;

export const releasesOf = ({ manifest, next }: Subject): readonly [Manifest, ...Manifest[]] =>
  next ? [manifest, next] : [manifest];
