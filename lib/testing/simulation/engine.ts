import type { Manifest } from '../../core/manifest.ts';
import type { Commanding } from '../../engine/command.ts';
import { handleCommand } from '../../engine/handle-command.ts';
import type { Store } from '../../engine/ports.ts';
import { type Projecting, projectBatch } from '../../engine/project.ts';
import { type Publishing, publish } from '../../engine/publish.ts';
import { type Querying, queryById } from '../../engine/query.ts';
import { queryList } from '../../engine/query-list.ts';
import { resumeBatch } from '../../engine/resume.ts';
import { sweep } from '../../engine/sweep.ts';
import type { MemoryView } from '../memory-view.ts';

/** The code that is simulated. */
export const realEngine = { handleCommand, publish, projectBatch, resumeBatch, sweep, queryById, queryList };
export type Engine = Readonly<typeof realEngine>;

/** What a test makes wrong on purpose, to see that the simulator notices: a table's own side, what an instance is given, or a step. */
export type Tamper = Readonly<{
  store?: (store: Store) => Store;
  view?: (view: MemoryView) => MemoryView;
  commanding?: (commanding: Commanding) => Commanding;
  publishing?: (publishing: Publishing) => Publishing;
  projecting?: (projecting: Projecting) => Projecting;
  querying?: (querying: Querying) => Querying;
  engine?: (engine: Engine) => Engine;
}>;

/** What is simulated: a manifest, and perhaps the release after it. */
export type Subject = Readonly<{ manifest: Manifest; next?: Manifest }>;

export const releasesOf = ({ manifest, next }: Subject): readonly [Manifest, ...Manifest[]] =>
  next ? [manifest, next] : [manifest];
