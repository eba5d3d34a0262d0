import * as z from 'zod';
import type { Manifest } from '../../core/manifest.ts';
import { effectsOf } from '../../core/process/decider.ts';
import { reasoned } from '../body.ts';
import { givenByHand, performanceStatuses } from '../operate/effects.ts';
import { lag } from './answers.ts';
import { accepted, body, ok, operation } from './operate.ts';
import type { Operation } from './operation.ts';
import { inPath, inQuery, paging, untilStatus } from './parameters.ts';

const instant = z.iso.datetime();

const effectsReport = z.object({
  effects: z.array(
    z.object({
      effect: z.string(),
      provider: z.string(),
      circuit: z.enum(['closed', 'open']),
      openUntil: instant.optional(),
      lag,
    }),
  ),
  performances: z.array(
    z.looseObject({ id: z.string(), effect: z.string(), performance: z.string(), status: z.enum(performanceStatuses) }),
  ),
  cursor: z.string().optional(),
});

const performanceReport = z.object({
  performance: z.string(),
  effect: z.string(),
  status: z.string(),
  instance: z.string(),
  input: z.unknown(),
  attempts: z.int(),
  key: z.string().optional(),
  steps: z.array(
    z.object({
      commit: z.int(),
      version: z.int(),
      at: instant,
      actor: z.string(),
      correlation: z.string(),
      type: z.string(),
      data: z.unknown(),
    }),
  ),
  earlier: z.int(),
});

const performanceOrdered = z.object({
  performance: z.string(),
  order: z.enum(['retry', 'answer']),
  status: z.string(),
  correlation: z.string(),
});

/** The routes for operators about effects, if there are any. */
export const effectOperations = (manifest: Manifest): readonly Operation[] => {
  if (effectsOf(manifest).length === 0) return [];
  const which = [
    inPath('performance', 'The performance: the whole name of its stream, such as `chargeCardEffect-payment.p1.1`.'),
  ];
  return [
    operation('get', {
      path: '/ops/effects',
      id: 'ops.effects',
      summary: 'How each effect is, and its performances that fail or got no answer',
      parameters: [
        ...paging,
        inQuery('status', 'Only performances of this status.', z.enum(performanceStatuses)),
        untilStatus,
        inQuery('effect', 'Only performances of this effect.'),
      ],
      answers: ok('The report.', effectsReport),
      problems: ['not-found', 'view-is-being-built'],
    }),
    operation('get', {
      path: '/ops/effects/{performance}',
      id: 'ops.performance',
      summary: 'All that became of one performance',
      parameters: which,
      answers: ok('The performance.', performanceReport),
      problems: ['not-found'],
    }),
    operation('post', {
      path: '/ops/effects/{performance}/retry',
      id: 'ops.retryPerformance',
      summary: 'Try a performance again, at once and under the same key',
      parameters: which,
      body: { schema: reasoned, example: { why: 'the provider is back' } },
      answers: accepted("The order is in the effect's queue.", performanceOrdered),
      problems: [...body, 'not-found', 'not-unanswered'],
    }),
    operation('post', {
      path: '/ops/effects/{performance}/answer',
      id: 'ops.answerPerformance',
      summary: 'Give the outcome of a performance by hand',
      parameters: which,
      body: { schema: givenByHand, example: { why: "seen in the provider's own list", outcome: { refused: 'card-declined' } } },
      answers: accepted("The order is in the effect's queue.", performanceOrdered),
      problems: [...body, 'not-found', 'not-unanswered'],
    }),
  ];
};
