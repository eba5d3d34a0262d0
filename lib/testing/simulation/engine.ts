import type { Manifest } from '../../core/manifest.ts';
import type { Announcing } from '../../engine/announce.ts';
import { answeringRevision } from '../../engine/answering.ts';
import type { Commanding } from '../../engine/command.ts';
import { settleDeployment } from '../../engine/deployed.ts';
import { handleCommand } from '../../engine/handle-command.ts';
import { importHistory } from '../../engine/import-history.ts';
import { sorted } from '../../engine/messages.ts';
import { carryOutBatch } from '../../engine/orders.ts';
import type { Store } from '../../engine/ports.ts';
import type { Reacting } from '../../engine/process/react.ts';
import { reactBatch } from '../../engine/process/react-batch.ts';
import { processTargets, sendOverdue } from '../../engine/process/sweep-targets.ts';
import { type Projecting, projectBatch } from '../../engine/project.ts';
import { type Publishing, publish } from '../../engine/publish.ts';
import { type Querying, queryById } from '../../engine/query.ts';
import { queryList } from '../../engine/query-list.ts';
import { cancelRebuild } from '../../engine/rebuild/cancel.ts';
import type { Leading } from '../../engine/rebuild/lead.ts';
import { lead } from '../../engine/rebuild/lead-order.ts';
import { orderRebuild } from '../../engine/rebuild/order.ts';
import { orderAudit, orderRefold, orderReplay } from '../../engine/rebuild/order-in-place.ts';
import { rollBack } from '../../engine/rebuild/roll-back.ts';
import type { Working } from '../../engine/rebuild/slice.ts';
import { work } from '../../engine/rebuild/work.ts';
import { resetToRestored } from '../../engine/restored/reset.ts';
import { resumeBatch } from '../../engine/resume.ts';
import { sweep } from '../../engine/sweep.ts';
import type { MemoryView } from '../memory-view.ts';

/** The code that is simulated. */
export const realEngine = {
  handleCommand,
  publish,
  sorted,
  projectBatch,
  resumeBatch,
  carryOutBatch,
  reactBatch,
  processTargets,
  sendOverdue,
  sweep,
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

/** What a test makes wrong on purpose, to see that the simulator notices: a table's own side, what an instance is given, or a step. */
export type Tamper = Readonly<{
  store?: (store: Store) => Store;
  view?: (view: MemoryView) => MemoryView;
  commanding?: (commanding: Commanding) => Commanding;
  publishing?: (publishing: Publishing) => Publishing;
  projecting?: (projecting: Projecting) => Projecting;
  announcing?: (announcing: Announcing) => Announcing;
  reacting?: (reacting: Reacting) => Reacting;
  querying?: (querying: Querying) => Querying;
  working?: (working: Working) => Working;
  leading?: (leading: Leading) => Leading;
  /** The state machine of rebuilds, in the Amazon States Language. */
  machine?: (definition: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
  engine?: (engine: Engine) => Engine;
}>;

/** What is simulated: a manifest, and perhaps the release after it. */
export type Subject = Readonly<{ manifest: Manifest; next?: Manifest }>;

export const releasesOf = ({ manifest, next }: Subject): readonly [Manifest, ...Manifest[]] =>
  next ? [manifest, next] : [manifest];
