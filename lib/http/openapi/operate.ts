import * as z from 'zod';
import type { Manifest } from '../../core/manifest.ts';
import { bodyOfStage, reasoned, type StageRule } from '../body.ts';
import { keptAct } from '../operate/letters.ts';
import { instanceOrders, statuses } from '../operate/processes.ts';
import { order, rollingBack } from '../rebuilds.ts';
import {
  estimateAnswer,
  health,
  instanceOrdered,
  instanceReport,
  processesReport,
  rebuildAnswer,
  rebuildsAnswer,
  resumeOrdered,
  rolledBack,
  traceAnswer,
  viewsReport,
} from './answers.ts';
import { flowAnswer } from './flow.ts';
import type { Answer, Operation } from './operation.ts';
import {
  ifNoneMatch,
  inPath,
  inQuery,
  instanceId,
  type Parameter,
  paging,
  trail,
  untilStatus,
  wholeStream,
} from './parameters.ts';
import { costAnswer } from './told/cost.ts';
import { modelAnswer } from './told/model.ts';

type Described = Omit<Operation, 'tag' | 'may' | 'method' | 'parameters'> & Readonly<{ parameters?: readonly Parameter[] }>;

export const operation = (method: 'get' | 'post', { parameters = [], ...described }: Described): Operation => ({
  method,
  tag: 'operations',
  may: ['operator'],
  parameters: [...parameters, ...trail],
  ...described,
});

export const ok = (description: string, schema: z.ZodType): Readonly<Record<number, Answer>> => ({
  200: { description, schema },
});
export const accepted = (description: string, schema: z.ZodType): Readonly<Record<number, Answer>> => ({
  202: { description, schema },
});

const view = inPath('name', "The view's name.");
export const body = ['not-json', 'body-too-large'] as const;

const views = (stage: StageRule): readonly Operation[] => [
  operation('get', {
    path: '/ops/flow',
    id: 'ops.flow',
    summary: 'The whole deployment as it is now: rates, backlogs, and what stands still',
    answers: ok('The flow.', flowAnswer),
    problems: [],
  }),
  operation('get', {
    path: '/ops/projections',
    id: 'ops.views',
    summary: 'Every view: its backlog, and the streams that are parked in it',
    answers: ok('The report.', viewsReport),
    problems: [],
  }),
  operation('post', {
    path: '/ops/projections/{name}/parked/{stream}/resume',
    id: 'ops.resume',
    summary: 'Resume a parked stream',
    parameters: [view, wholeStream, inQuery('revision', 'A revision; without it the active one.', z.int().min(1))],
    body: { schema: bodyOfStage(stage), example: { why: 'mended in 1.4.2' }, isOptional: !stage.isProtected },
    answers: accepted("The order is in the view's queue.", resumeOrdered),
    problems: [...body, 'not-found', 'not-parked'],
  }),
  operation('get', {
    path: '/ops/projections/{name}/acts',
    id: 'ops.viewActs',
    summary: 'What operators did to a view beside rebuilds: the streams that they resumed and refolded, and why',
    parameters: [view, inQuery('revision', 'A revision; without it the active one.', z.int().min(1))],
    answers: ok('The last 50, the newest first.', viewActs),
    problems: ['not-found'],
  }),
  operation('post', {
    path: '/ops/projections/{name}/roll-back',
    id: 'ops.rollBack',
    summary: 'Let the revision before answer again',
    parameters: [view],
    body: { schema: rollingBack, example: { why: 'the new totals are wrong' } },
    answers: ok('What answers now.', rolledBack),
    problems: [...body, 'not-found', 'nothing-to-roll-back', 'not-deployed', 'not-built', 'switched-meanwhile'],
  }),
];

const viewActs = z.object({ projection: z.string(), revision: z.int(), acts: z.array(keptAct) });

const rebuilds = (stage: StageRule): readonly Operation[] => {
  const id = inPath('id', "The rebuild's id.");
  return [
    operation('get', {
      path: '/ops/rebuilds',
      id: 'ops.rebuilds',
      summary: 'The rebuilds, the newest first',
      parameters: [inQuery('projection', 'Only those of this view.')],
      answers: ok('The list.', rebuildsAnswer),
      problems: [],
    }),
    operation('post', {
      path: '/ops/rebuilds',
      id: 'ops.rebuild',
      summary: 'Begin a rebuild, a replay, a refold of one stream, an audit; or estimate one',
      body: { schema: order, example: { projection: 'account-balance', why: 'a new field' } },
      answers: {
        200: { description: 'Of a dry run: the estimate.', schema: estimateAnswer },
        202: {
          description: 'It has begun, or is in the queue.',
          schema: z.union([rebuildAnswer, resumeOrdered.omit({ commit: true }).loose()]),
          headers: ['location'],
        },
      },
      problems: [...body, 'not-found', 'rebuild-running', 'nothing-to-rebuild', 'not-built'],
    }),
    operation('get', {
      path: '/ops/rebuilds/{id}',
      id: 'ops.rebuildById',
      summary: 'One rebuild, with its progress',
      parameters: [id],
      answers: ok('The rebuild.', rebuildAnswer),
      problems: ['not-found'],
    }),
    operation('post', {
      path: '/ops/rebuilds/{id}/cancel',
      id: 'ops.cancelRebuild',
      summary: 'Stop a rebuild',
      parameters: [id],
      body: { schema: bodyOfStage(stage), example: { why: 'it takes too much' }, isOptional: !stage.isProtected },
      answers: ok('The rebuild.', rebuildAnswer),
      problems: [...body, 'not-found', 'not-running'],
    }),
  ];
};

const processes = (): readonly Operation[] => {
  const which = [inPath('process', "The process's category."), instanceId];
  const path = '/ops/processes/{process}/{instance}';
  return [
    operation('get', {
      path: '/ops/processes',
      id: 'ops.processes',
      summary: 'How far each process is behind, and its instances that stand still',
      parameters: [
        ...paging,
        inQuery('status', 'Only instances of this status.', z.enum(statuses)),
        untilStatus,
        inQuery('process', 'Only instances of this process.'),
      ],
      answers: ok('The report.', processesReport),
      problems: ['not-found', 'view-is-being-built'],
    }),
    operation('get', {
      path,
      id: 'ops.instance',
      summary: 'All that one instance of a process went through',
      parameters: which,
      answers: ok('The instance.', instanceReport),
      problems: ['not-found'],
    }),
    ...instanceOrders.map((each) =>
      operation('post', {
        path: `${path}/${each}`,
        id: `ops.${each}Instance`,
        summary: `Order an instance that stands still: ${each}`,
        parameters: which,
        body: { schema: reasoned, example: { why: 'paid out in cash' } },
        answers: accepted("The order is in the process's queue.", instanceOrdered),
        problems: [
          ...body,
          'not-found',
          each === 'retry' ? 'not-stuck' : each === 'resume' ? 'not-parked' : 'not-stuck-or-parked',
        ],
      }),
    ),
  ];
};

/** The routes that describe the API itself. */
const descriptions = (): readonly Operation[] =>
  (
    [
      ['/openapi.json', 'openApi', 'This description, as OpenAPI 3.1', { schema: z.looseObject({ openapi: z.string() }) }],
      ['/docs', 'docs', 'This description, as a page', { schema: z.string(), type: 'text/html' }],
    ] as const
  ).map(([path, id, summary, shown]) => ({
    method: 'get',
    path,
    id,
    tag: 'operations',
    summary,
    may: ['anyone'],
    parameters: [ifNoneMatch, ...trail],
    answers: {
      200: { description: 'The description.', headers: ['etag'], ...shown },
      304: { description: 'Nothing has changed since the answer with this ETag.', headers: ['etag'] },
    },
    problems: [],
  }));

/** The routes for operators, and the one that says that the API answers. */
export const operatorOperations = ({ processes: declared = [] }: Manifest, stage: StageRule): readonly Operation[] => [
  ...views(stage),
  ...rebuilds(stage),
  ...(declared.length > 0 ? processes() : []),
  operation('get', {
    path: '/ops/trace/{correlation}',
    id: 'ops.trace',
    summary: 'The commits of one correlation id, as a tree',
    parameters: [inPath('correlation', 'The correlation id.')],
    answers: ok('The trace.', traceAnswer),
    problems: ['not-found', 'no-event-log', 'answer-too-large'],
  }),
  operation('get', {
    path: '/ops/cost',
    id: 'ops.cost',
    summary: 'What the last hour has cost by its metrics, by part and by service, and what a month of such hours comes to',
    answers: ok('The cost, at list prices.', costAnswer),
    problems: [],
  }),
  operation('get', {
    path: '/ops/model',
    id: 'ops.model',
    summary: 'What the manifest declares: aggregates, events with their versions, views, processes, and what leads where',
    answers: ok('The model.', modelAnswer),
    problems: [],
  }),
  ...descriptions(),
  {
    method: 'get',
    path: '/health',
    id: 'health',
    tag: 'operations',
    summary: 'The API answers',
    may: ['anyone'],
    answers: ok('It does.', health),
    problems: [],
  },
];
