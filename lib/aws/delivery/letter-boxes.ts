import type { SQSClient } from '@aws-sdk/client-sqs';
import { revisionKey } from '../../core/deployed-names.ts';
import type { AnyEffect } from '../../core/effect/effect.ts';
import type { AnyProcess } from '../../core/process/process.ts';
import type { AnyProjection } from '../../core/projection.ts';
import { type Groups, groupOf } from '../../core/view/groups.ts';
import type { Box, OperatedBox } from '../../engine/operate/letters/letters.ts';
import { sqsLetters } from './letters.ts';
import { plainQueue } from './queue.ts';

type At<Consumer> = readonly Readonly<Consumer & { queueUrl: string }>[];

/** The consumers of a deployment with their queues, as a function or the command line finds them. */
export type Consumers = Readonly<{
  views: At<{ projection: AnyProjection }>;
  processes?: At<{ process: AnyProcess }>;
  effects?: At<{ effect: AnyEffect }>;
  schedules?: At<{ name: string }>;
}>;

type Placed = Box & Readonly<{ queueUrl: string }>;

const boxesOf = (
  { groups = {} }: Readonly<{ groups?: Groups }>,
  { views, processes = [], effects = [], schedules = [] }: Consumers,
): readonly Placed[] => {
  // Views of a group have one queue.
  const shared = [...Map.groupBy(views, ({ queueUrl }) => queueUrl)].map(([queueUrl, those]): Placed => {
    const [group, names] = [groupOf({ groups }, those[0]!.projection), those.map(({ projection }) => revisionKey(projection))];
    return group === undefined
      ? { queueUrl, kind: 'view', name: names[0]! }
      : { queueUrl, kind: 'group', name: group, views: names };
  });
  return [
    ...shared,
    ...processes.map(({ process, queueUrl }): Placed => ({ kind: 'process', name: process.category, queueUrl })),
    ...effects.map(({ effect, queueUrl }): Placed => ({ kind: 'effect', name: effect.name, queueUrl })),
    ...schedules.map(({ name, queueUrl }): Placed => ({ kind: 'schedule', name, queueUrl })),
  ];
};

/** The dead letters of all consumers of a deployment. */
export const letterBoxes = (
  client: SQSClient,
  manifest: Readonly<{ groups?: Groups }>,
  consumers: Consumers,
): readonly OperatedBox[] =>
  boxesOf(manifest, consumers).map(({ queueUrl, ...box }) => ({
    ...box,
    queue: plainQueue(client, queueUrl),
    letters: sqsLetters(client, queueUrl),
  }));
