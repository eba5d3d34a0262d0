import { systemProofs } from '../../aws/delivery/proofs.ts';
import { sqs, sqsQueue } from '../../aws/delivery/queue.ts';
import { dynamo } from '../../aws/dynamo.ts';
import { queueName } from '../../aws/queue-name.ts';
import { parkedList } from '../../aws/view/parked-list.ts';
import { viewTable } from '../../aws/view/table.ts';
import { operated } from '../../core/announcer.ts';
import type { Manifest } from '../../core/manifest.ts';
import { pascal } from '../../core/stream.ts';
import type { Operated } from '../../engine/operate/projections.ts';

export type Deployed = Operated & Readonly<{ table: string; queueUrl: string; letters: readonly string[]; code?: string }>;

/** The deployed projections of the manifest, and the sender of public events, found by the outputs. */
export const deployedProjections = (manifest: Manifest, outputs: Readonly<Record<string, string>>): readonly Deployed[] => {
  const [client, queues] = [dynamo(), sqs()];
  const proofs = systemProofs(client, outputs.ControlTable ?? '');
  return operated(manifest).flatMap((projection) => {
    const output = (part: string) => outputs[`${pascal(projection.name)}R${projection.revision}${part}`];
    const [table, queueUrl, code] = [output('Table'), output('Queue'), output('Code')];
    if (table === undefined || queueUrl === undefined) return [];
    return [
      {
        projection,
        table,
        queueUrl,
        queueName: queueName(queueUrl),
        queue: sqsQueue(queues, queueUrl, proofs),
        letters: [output('DeadLetters'), output('Undelivered')].filter((url) => url !== undefined),
        view: viewTable(client, table),
        parked: parkedList(client, table),
        ...(code !== undefined && { code }),
      },
    ];
  });
};
