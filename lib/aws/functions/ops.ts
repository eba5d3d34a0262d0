import { Logger } from '@aws-lambda-powertools/logger';
import { operated } from '../../core/announcer.ts';
import type { Manifest } from '../../core/manifest.ts';
import type { PackedFile } from '../../core/operate/console.ts';
import { describeModel } from '../../engine/model/describe.ts';
import type { Model } from '../../engine/model/model.ts';
import type { Recording } from '../../engine/operate/acts/acts.ts';
import type { Operating } from '../../engine/operate/projections.ts';
import { withCursors } from '../../engine/view/kinds/index.ts';
import { answerStreams, isAboutStreams } from '../../http/operate/streams.ts';
import { answerOperator, type DomainCode } from '../../http/operate.ts';
import type { Estimating } from '../../http/rebuilds.ts';
import { dynamo } from '../client/dynamo.ts';
import { systemProofs } from '../delivery/proofs.ts';
import { sqs, sqsQueue, viewQueue } from '../delivery/queue.ts';
import { deployedViews } from '../deployed-views.ts';
import { environment, isProtected } from '../environment.ts';
import { operatorActs } from '../operate/acts.ts';
import { cloudWatchAges } from '../operate/ages.ts';
import { costReader } from '../operate/cost.ts';
import { ownFile, plain } from '../operate/own-file.ts';
import { estimateIn, rebuildingIn } from '../rebuild/rebuilding.ts';
import { commitScanner } from '../store/commit-scanner.ts';
import { commitStore } from '../store/commit-store.ts';
import { systemClock } from '../system.ts';
import { parkedList } from '../view/parked-list.ts';
import { viewTable } from '../view/table.ts';
import { httpFunction } from './http-function.ts';
import { flowReader } from './operate/flow-reader.ts';
import { traceReader } from './trace-reader.ts';

export const opsHandler = (manifest: Manifest) => {
  const client = dynamo();
  const control = environment('CONTROL_TABLE');
  const [queues, proofs] = [sqs(), systemProofs(client, control)];
  const log = new Logger({ serviceName: 'ops' });
  const ordering = rebuildingIn({
    client,
    control,
    commits: environment('COMMITS_TABLE'),
    machine: environment('REBUILD_MACHINE'),
    views: deployedViews(manifest).map((view) => ({ ...view, queue: viewQueue(queues, view, proofs) })),
  });
  const operating: Operating & Recording = {
    views: deployedViews({ ...manifest, projections: operated(manifest) }).map((view) => ({
      projection: view.projection,
      queueName: view.queue,
      queue: viewQueue(queues, view, proofs),
      view: withCursors(view.projection, viewTable(client, view.table)),
      parked: parkedList(client, view.table),
    })),
    actives: ordering.actives,
    ages: cloudWatchAges(environment('PUBLISH_FUNCTION'), systemClock),
    acts: operatorActs(client, control),
    clock: systemClock,
    log,
  };
  const estimate: Estimating = (asked, settings) => estimateIn(ordering, asked, settings);
  const store = commitStore(client, environment('COMMITS_TABLE'));
  const streams = { store, scanner: commitScanner(client, environment('COMMITS_TABLE')) };
  const trace = traceReader({
    manifest,
    client,
    views: deployedViews(manifest),
    store,
    actives: ordering.actives,
  });
  // It follows from the manifest alone, and is described when somebody first asks.
  let described: Model | undefined;
  const model = () => {
    described ??= describeModel(manifest);
    return described;
  };
  const region = environment('AWS_REGION');
  const cost = costReader({ manifest, stack: environment('STACK'), region, dynamo: client, clock: systemClock });
  const flow = flowReader({
    manifest,
    client,
    control,
    operating,
    rebuilds: ordering.rebuilds,
    queueAt: (url) => sqsQueue(queues, url, proofs),
  });
  const domain: DomainCode = { file: () => ownFile('domain.json') as PackedFile | undefined, plain };
  const operators = { operating, ordering, estimate, trace, model, flow, cost, domain, isProtected: isProtected() };
  return httpFunction({ manifest, logger: log }, (request) =>
    isAboutStreams(request) ? answerStreams(streams, request) : answerOperator(operators, request),
  );
};
