import { Logger } from '@aws-lambda-powertools/logger';
import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { httpFunction } from '../../lib/aws/functions/http-function.ts';
import { systemFits } from '../../lib/aws/system.ts';
import { isPublic } from '../../lib/core/access.ts';
import type { Commit } from '../../lib/core/commit.ts';
import { revisionKey } from '../../lib/core/deployed-names.ts';
import { effectDecider } from '../../lib/core/effect/decider.ts';
import { performancesName } from '../../lib/core/effect/performances-view.ts';
import type { Manifest } from '../../lib/core/manifest.ts';
import { personalIn } from '../../lib/core/personal/declared.ts';
import { holdersIn } from '../../lib/core/personal/holders.ts';
import { recordDecider } from '../../lib/core/personal/record.ts';
import { registerName } from '../../lib/core/personal/register.ts';
import { effectsOf, processDecider } from '../../lib/core/process/decider.ts';
import { instancesName } from '../../lib/core/process/instances-view.ts';
import { sourceOf } from '../../lib/core/projection.ts';
import { stateCache } from '../../lib/engine/command/cache.ts';
import type { Commanding } from '../../lib/engine/command/request.ts';
import { describeModel } from '../../lib/engine/model/describe.ts';
import type { EffectOperating } from '../../lib/engine/operate/effects.ts';
import type { ScheduleOperating } from '../../lib/engine/operate/schedules.ts';
import type { Store } from '../../lib/engine/ports.ts';
import { answerCache } from '../../lib/engine/query/answer-cache.ts';
import type { Revisions } from '../../lib/engine/query/revision.ts';
import { defaultSettings } from '../../lib/engine/settings.ts';
import { withCursors } from '../../lib/engine/view/kinds/index.ts';
import { projectBatch } from '../../lib/engine/view/project.ts';
import type { Host } from '../../lib/http/batch-entry.ts';
import type { StageRule } from '../../lib/http/body.ts';
import { answerCommands } from '../../lib/http/command/batch.ts';
import { consoleAnswers } from '../../lib/http/console/files.ts';
import { answerHistory, historiesOf } from '../../lib/http/history.ts';
import { answerHook, hookAt } from '../../lib/http/hook.ts';
import { describing } from '../../lib/http/openapi/describe.ts';
import { answerEffects } from '../../lib/http/operate/effects.ts';
import { answerLetters } from '../../lib/http/operate/letters.ts';
import { answerProcesses } from '../../lib/http/operate/processes.ts';
import { answerSchedules } from '../../lib/http/operate/schedules.ts';
import { answerStreams, isAboutStreams } from '../../lib/http/operate/streams.ts';
import { answerSubjectExport, answerSubjects } from '../../lib/http/operate/subjects.ts';
import { answerOperator, type Operators } from '../../lib/http/operate.ts';
import { type Answering, answerQuery } from '../../lib/http/query.ts';
import type { HttpRequest, HttpResponse } from '../../lib/http/request.ts';
import { memoryCircuits } from '../../lib/testing/memory/effect.ts';
import { memoryBox, memorySubjectKeys } from '../../lib/testing/memory/personal.ts';
import { memoryQueue } from '../../lib/testing/memory/queue.ts';
import { memoryProgresses } from '../../lib/testing/memory/schedule.ts';
import { memorySnapshots } from '../../lib/testing/memory/snapshots.ts';
import { memoryStore } from '../../lib/testing/memory/store.ts';
import { memoryScanner } from '../../lib/testing/memory/sweep.ts';
import { memoryClock, memoryKeys, memoryLog } from '../../lib/testing/memory/system.ts';
import { memoryView } from '../../lib/testing/memory/view.ts';
import { consoleOfTests } from '../support/console/files.ts';
import { memoryBox as letterBox, memoryActs } from '../support/letters.ts';
import { poolToken } from '../support/verified-token.ts';
import type { Answered, Ask, Send } from './ask.ts';
import type { Subjects } from './check.ts';
import { routed } from './routed.ts';
import { strictStore, strictView } from './strict.ts';

/** The secret of every hook of a tested manifest. */
const hookSecret = 'a secret of the tests';

export const subjects: Subjects = { ada: 'sub-ada-5f1c', bob: 'sub-bob-77e0', operator: 'sub-olga-0c2d' };

const unauthorized: Answered = { status: 401, headers: {}, text: '{"message":"Unauthorized"}' };

const eventOf = ({ who, route, path, query, headers, body }: Ask, requestId: string) => {
  const token = who && poolToken(subjects[who], ...(who === 'operator' ? [who] : []));
  return {
    routeKey: route,
    pathParameters: path,
    queryStringParameters: query,
    headers: { ...token?.headers, ...headers },
    body,
    requestContext: { requestId, http: { sourceIp: '203.0.113.77' }, ...(token && { authorizer: token.authorizer }) },
  };
};

/** The routes that are answered without an engine: of operators' those of dead letters, processes, effects and schedules. */
export const isThere =
  ({ processes = [], schedules = {} }: Manifest) =>
  (route: string): boolean =>
    !route.includes(' /ops/') ||
    route.endsWith(' /ops/model') ||
    route.includes(' /ops/dead-letters') ||
    (route.includes(' /ops/processes') && processes.length > 0) ||
    (route.includes(' /ops/effects') && effectsOf({ processes }).length > 0) ||
    (route.includes(' /ops/schedules') && Object.keys(schedules).length > 0);

type InProcess = Readonly<{
  send: Send;
  /** Hands an event of the gateway's to the function. */
  handle(event: object): Promise<Answered>;
  /** A commit that no route makes, as those of processes and effects. */
  append: Store['append'];
  twice(): readonly string[];
}>;

/** The deployed functions' own code, over memory that is as strict about keys as DynamoDB; each commit is in all views before its command is answered. */
export const inProcess = (manifest: Manifest, seed = 1, stage: StageRule = {}): InProcess => {
  const [clock, keys, log, logger] = [memoryClock(), memoryKeys(seed), memoryLog(), new Logger({ logLevel: 'SILENT' })];
  const kept = memoryStore();
  const views = manifest.projections.map((projection) => ({
    projection,
    view: withCursors(projection, strictView(memoryView())),
  }));
  const projected = async <A extends { stored: boolean }>(commits: readonly Commit[], appended: A): Promise<A> => {
    clock.advance(7);
    for (const commit of appended.stored ? commits.filter(({ events }) => events.length > 0) : []) {
      const delivered = { ...commit, types: commit.events.map(({ type }) => type) };
      // A view's queue gets the commits of its sources alone.
      for (const each of views.filter(({ projection }) => sourceOf(projection, commit.stream)))
        await projectBatch({ ...each, store, clock, log }, [{ id: '1', delivered }]);
    }
    return appended;
  };
  const store: Store = strictStore({
    ...kept,
    append: async (commit) => projected([commit], await kept.append(commit)),
    appendTogether: async (commits, unmoved) => projected(commits, await kept.appendTogether(commits, unmoved)),
  });
  const personal = personalIn(manifest).length > 0 ? { keys: memorySubjectKeys(), box: memoryBox() } : undefined;
  const shared = { store, snapshots: memorySnapshots(), keys, clock, log, settings: defaultSettings, code: 'fuzz' };
  const commandings = new Map(
    manifest.aggregates.map((decider): [string, Commanding] => [
      decider.category,
      { ...shared, decider, cache: stateCache(defaultSettings.cacheBytes), ...(personal && { personal }) },
    ]),
  );
  const revisions = (name: string): Revisions => {
    const deployed = views
      .filter(({ projection }) => projection.name === name)
      .map(({ projection, view }) => ({ projection, reader: view, clock }));
    const first = Math.min(...deployed.map(({ projection: { revision } }) => revision));
    return {
      deployed,
      active: async (projection) => ({ projection, revision: first, since: '', by: '', why: '' }),
      built: async () => undefined,
      tableOf: async () => undefined,
    };
  };
  const open = views
    .filter(({ projection: { may } }) => isPublic(may))
    .map(({ projection: { name } }) => [name, revisions(name)] as const);
  const answering: Answering = {
    ...{ views: new Map(open), keys, answers: answerCache(clock) },
    ...(personal && { opening: personal, finding: personal }),
  };
  const erasing = personal && {
    keys: personal.keys,
    opening: personal.keys,
    recording: { ...shared, decider: recordDecider, cache: stateCache(defaultSettings.cacheBytes) },
    keptSeconds: 60,
    held: { register: revisions(registerName), holders: holdersIn(manifest) },
  };
  const looking = erasing && { keys: erasing.keys, store: shared.store, hash: keys.hash, clock, log, held: erasing.held };
  const exporting = personal &&
    erasing && { ...erasing.held, store: shared.store, opening: personal, recording: erasing.recording };
  const histories = historiesOf(manifest, (decider) => ({ ...shared, decider }));
  const operating = {
    processes: (manifest.processes ?? []).map((process) => ({
      process,
      queueName: process.category,
      queue: memoryQueue(),
      loading: { ...shared, decider: processDecider(process) },
    })),
    instances: revisions(instancesName),
    ages: { ofQueues: async () => new Map<string, number>() },
    log,
  };
  const effectOperating: EffectOperating = {
    ...operating,
    effects: effectsOf(manifest).map((effect) => ({
      effect,
      queueName: effect.name,
      queue: memoryQueue(),
      loading: { ...shared, decider: effectDecider(effect) },
    })),
    performances: revisions(performancesName),
    circuits: memoryCircuits(),
  };
  const scheduling: ScheduleOperating = {
    schedules: Object.entries(manifest.schedules ?? {}).map(([name, schedule]) => ({
      ...{ name, schedule, queueName: name, queue: memoryQueue() },
    })),
    progresses: memoryProgresses(),
    ages: { ofQueues: async () => new Map<string, number>() },
    clock,
    log,
  };
  const lettering = {
    boxes: views.map(({ projection }) => letterBox({ kind: 'view', name: revisionKey(projection), left: ['a letter'] })),
    ...{ acts: memoryActs(), clock, log },
    ...stage,
  };
  // Without engines behind them: whom they answer is what can be seen of them here.
  const operators = {
    ...stage,
    model: () => describeModel(manifest),
    operating: { views: [], log },
    ordering: { views: [], log },
    estimate: async () => ({}),
    trace: async () => ({}),
  } as unknown as Operators;
  const hooking = { secrets: { read: async () => hookSecret, readAgain: async () => undefined }, fits: systemFits };
  const description = describing(manifest, { title: 'Tested', version: '0' }, keys.hash);
  const described = async (request: HttpRequest) => description(request);
  const console = consoleAnswers({ ...consoleOfTests, digest: keys.hash });
  const answer = (request: HttpRequest, host: Host): Promise<HttpResponse> => {
    const [, first = ''] = request.route.split('/');
    const commanding = commandings.get(first);
    if (commanding) return answerCommands({ ...commanding, others: commandings }, request, host);
    const hooked = hookAt(manifest, `/${request.route.split('/').slice(1).join('/')}`);
    if (hooked) return answerHook({ ...hooked, ...hooking, commanding: commandings.get(hooked.hook.sends.category)! }, request);
    if (isAboutStreams(request)) return answerStreams({ store, scanner: memoryScanner(kept) }, request);
    if (first === 'streams') return answerHistory(histories, request, personal);
    if (request.route.endsWith('/export') && exporting) return answerSubjectExport({ exporting, manifest, log }, request);
    if (first === 'subjects' && erasing && looking) return answerSubjects({ erasing, looking, manifest, log }, request);
    if (first === 'console') return Promise.resolve().then(() => console(request));
    if (request.route === 'GET /openapi.json' || request.route === 'GET /docs' || first === '{proxy+}') return described(request);
    if (first !== 'ops') return answerQuery(answering, request);
    if (request.route.includes('/ops/dead-letters')) return answerLetters(lettering, request);
    if (request.route.includes('/ops/schedules')) return answerSchedules(scheduling, request);
    if (request.route.includes('/ops/effects')) return answerEffects(effectOperating, request);
    return request.route.includes('/ops/processes') ? answerProcesses(operating, request) : answerOperator(operators, request);
  };
  const route = routed(manifest);
  const handler = httpFunction({ manifest, logger }, answer);
  const handle: InProcess['handle'] = async (event) => {
    const {
      statusCode,
      headers,
      body = '',
    } = (await handler(event as never, {} as Context)) as APIGatewayProxyStructuredResultV2;
    return { status: statusCode ?? 0, headers: headers as Record<string, string>, text: body };
  };
  let sent = 0;
  return {
    handle,
    append: store.append,
    /** Commands under a key that two commits of a stream were made by. Streams of unique values are many streams' own. */
    twice: () => {
      const made = kept
        .stored()
        .flatMap(({ stream, command }) =>
          command.startsWith('http/') && !stream.startsWith('unique-') ? [`${stream} ${command}`] : [],
        );
      return made.filter((each, i) => made.indexOf(each) !== i).map((each) => `took effect twice: ${each}`);
    },
    send: async (ask) => {
      const handed = route(ask);
      if (!handed) return unauthorized;
      sent += 1;
      return handle(eventOf(handed, `r${sent}`));
    },
  };
};
