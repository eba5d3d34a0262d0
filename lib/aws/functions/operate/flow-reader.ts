import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { performancesName } from '../../../core/effect/performances-view.ts';
import type { Manifest } from '../../../core/manifest.ts';
import { instancesName } from '../../../core/process/instances-view.ts';
import { keptFor } from '../../../engine/kept-for.ts';
import { type Flow, type FlowOperating, reportFlow } from '../../../engine/operate/flow/report.ts';
import type { Ages, Operating } from '../../../engine/operate/projections.ts';
import type { Queue } from '../../../engine/ports.ts';
import { isOver, type Rebuilds } from '../../../engine/rebuild/ports.ts';
import { deployedEffects } from '../../deployed-effects.ts';
import { deployedProcesses } from '../../deployed-processes.ts';
import { deployedSchedules } from '../../deployed-schedules.ts';
import { circuitItems } from '../../effect/circuits.ts';
import { environment } from '../../environment.ts';
import { cloudWatchRates } from '../../operate/rates.ts';
import { queueName } from '../../queue-name.ts';
import { scheduleProgresses } from '../../schedule/progresses.ts';
import { systemClock as clock } from '../../system.ts';
import { revisionsIn } from '../revisions.ts';

/** How long one answer is for all who ask; how long the list of rebuilds is; and CloudWatch's figures, which are new each minute and paid for one by one. */
const [answer, records, metrics] = [2_000, 10_000, 60_000];

/** CloudWatch's ages, read once a minute. */
const keptAges = (ages: Ages): Ages => {
  const ofQueues = keptFor(clock, (names: string) => ages.ofQueues(names.split(' ').filter(Boolean)), metrics);
  const ofPublisher = keptFor(clock, (_: 'publisher') => ages.ofPublisher(), metrics);
  return { ofQueues: (names) => ofQueues(names.join(' ')), ofPublisher: () => ofPublisher('publisher') };
};

type Props = Readonly<{
  manifest: Manifest;
  client: DynamoDBClient;
  control: string;
  operating: Operating;
  rebuilds: Pick<Rebuilds, 'list'>;
  queueAt: (url: string) => Queue;
}>;

/** Reads the flow. Callers that ask within two seconds get the same answer. */
export const flowReader = ({ manifest, client, control, operating, rebuilds, queueAt }: Props): (() => Promise<Flow>) => {
  const functions = (process.env.COMMAND_FUNCTIONS ?? '').split(' ').filter(Boolean);
  const rates = cloudWatchRates(
    {
      api: environment('API_ID'),
      publisher: environment('PUBLISH_FUNCTION'),
      commands: Object.fromEntries(functions.map((name, i) => [manifest.aggregates[i]?.category ?? name, name])),
    },
    clock,
  );
  const keptRates = keptFor(clock, (names: string) => rates(names.split(' ').filter(Boolean)), metrics);
  const running = keptFor(
    clock,
    async (_: 'all') => (await rebuilds.list()).filter((each) => each.kind !== 'roll-back' && !isOver(each)),
    records,
  );
  const kernelView = (wanted: string) => revisionsIn(client, control)(manifest.projections.filter(({ name }) => name === wanted));
  const flow: FlowOperating = {
    manifest,
    operating: { ...operating, ages: keptAges(operating.ages) },
    processes: deployedProcesses(manifest).map(({ process, queue, queueUrl }) => ({
      process,
      queueName: queue,
      queue: queueAt(queueUrl),
    })),
    effects: deployedEffects(manifest).map(({ effect, queue, queueUrl }) => ({
      effect,
      queueName: queue,
      queue: queueAt(queueUrl),
    })),
    scheduling: {
      schedules: deployedSchedules(manifest).map(({ queueUrl, ...each }) => ({
        ...each,
        queueName: queueName(queueUrl),
        queue: queueAt(queueUrl),
      })),
      progresses: scheduleProgresses(client, control),
    },
    circuits: circuitItems(client, control),
    instances: kernelView(instancesName),
    performances: kernelView(performancesName),
    running: () => running('all'),
    rates: (names) => keptRates(names.join(' ')),
    clock,
  };
  const read = keptFor(clock, (_: 'flow') => reportFlow(flow), answer);
  return () => read('flow');
};
