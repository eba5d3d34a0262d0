import { systemProofs } from '../aws/delivery/proofs.ts';
import { sqs, sqsQueue } from '../aws/delivery/queue.ts';
import { queueName } from '../aws/queue-name.ts';
import { parkedList } from '../aws/view/parked-list.ts';
import { viewTable } from '../aws/view/table.ts';
import { operated } from '../core/announcer.ts';
import { revisionKey } from '../core/deployed-names.ts';
import { effectCategory } from '../core/effect/decider.ts';
import type { AnyEffect } from '../core/effect/effect.ts';
import type { Manifest } from '../core/manifest.ts';
import { effectsOf } from '../core/process/decider.ts';
import type { AnyProcess } from '../core/process/process.ts';
import type { AnySchedule } from '../core/schedule/schedule.ts';
import { pascal } from '../core/stream.ts';
import { groupOf } from '../core/view/groups.ts';
import type { Operated } from '../engine/operate/projections.ts';
import type { Proofs, Queue } from '../engine/ports.ts';
import { meantFor } from '../engine/view/group/meant.ts';
import { withCursors } from '../engine/view/kinds/index.ts';
import type { Connected } from './stack.ts';

/** A consumer's queue in a deployment. */
type DeployedQueue = Readonly<{ queueUrl: string; queueName: string; queue: Queue; proofs: Proofs }>;

/** Finds the queues of consumers by the outputs of a deployment, whose names begin with that of the consumer. */
const queuesIn = ({ outputs, client, control }: Connected): ((consumer: string) => DeployedQueue | undefined) => {
  const [queues, proofs] = [sqs(), systemProofs(client, control)];
  return (consumer) => {
    const queueUrl = outputs[`${consumer}Queue`];
    if (queueUrl === undefined) return undefined;
    return { queueUrl, queueName: queueName(queueUrl), queue: sqsQueue(queues, queueUrl, proofs), proofs };
  };
};

type Deployed = Operated & DeployedQueue & Readonly<{ table: string; view: ReturnType<typeof viewTable>; code?: string }>;

/** The deployed views of the manifest, and the sender of public events, found by the outputs. */
export const deployedProjections = (manifest: Manifest, connected: Connected): readonly Deployed[] => {
  const { outputs, client } = connected;
  const queueOf = queuesIn(connected);
  return operated(manifest).flatMap((projection) => {
    const name = `${pascal(projection.name)}R${projection.revision}`;
    const [table, code, queue] = [outputs[`${name}Table`], outputs[`${name}Code`], queueOf(name)];
    if (table === undefined || queue === undefined) return [];
    const [view, parked] = [withCursors(projection, viewTable(client, table)), parkedList(client, table)];
    const shared = groupOf(manifest, projection) !== undefined && { queue: meantFor(queue.queue, revisionKey(projection)) };
    return [{ projection, table, view, parked, ...queue, ...shared, ...(code !== undefined && { code }) }];
  });
};

/** The deployed processes of the manifest, found by the outputs. */
export const deployedProcesses = (
  { processes = [] }: Manifest,
  connected: Connected,
): readonly (DeployedQueue & Readonly<{ process: AnyProcess }>)[] => {
  const queueOf = queuesIn(connected);
  return processes.flatMap((process) => {
    const queue = queueOf(pascal(process.category));
    return queue === undefined ? [] : [{ process, ...queue }];
  });
};

/** The deployed schedules of the manifest, found by the outputs. */
export const deployedSchedules = (
  { schedules = {} }: Manifest,
  connected: Connected,
): readonly (DeployedQueue & Readonly<{ name: string; schedule: AnySchedule }>)[] => {
  const queueOf = queuesIn(connected);
  return Object.entries(schedules).flatMap(([name, schedule]) => {
    const queue = queueOf(`${pascal(name)}Schedule`);
    return queue === undefined ? [] : [{ name, schedule, ...queue }];
  });
};

/** The deployed effects of the manifest, found by the outputs. */
export const deployedEffects = (
  manifest: Manifest,
  connected: Connected,
): readonly (DeployedQueue & Readonly<{ effect: AnyEffect }>)[] => {
  const queueOf = queuesIn(connected);
  return effectsOf(manifest).flatMap((effect) => {
    const queue = queueOf(pascal(effectCategory(effect.name)));
    return queue === undefined ? [] : [{ effect, ...queue }];
  });
};
