import * as z from 'zod';
import type { Manifest } from '../../core/manifest.ts';
import { scheduleOrders, timeOrders } from '../../core/schedule/orders.ts';
import { reasoned } from '../body.ts';
import { reasonedTime } from '../operate/schedules.ts';
import { lag } from './answers.ts';
import { accepted, body, ok, operation } from './operate.ts';
import type { Operation } from './operation.ts';
import { inPath } from './parameters.ts';

const instant = z.iso.datetime();
const ordered = { by: z.string(), why: z.string() };
const counts = { sent: z.int(), refused: z.int() };

const scheduleReport = z.object({
  schedule: z.string(),
  cron: z.string(),
  timezone: z.string(),
  catchUp: z.enum(['all', 'latest', 'none']),
  through: instant.optional(),
  next: instant.optional(),
  due: z.object({ time: instant, times: z.int() }).optional(),
  late: instant.optional(),
  last: z.object({ time: instant, began: instant, ended: instant, ...counts }).optional(),
  running: z
    .looseObject({
      time: instant,
      began: instant,
      ...counts,
      failed: z.array(z.string()).optional(),
      fault: z.object({ at: instant, cause: z.string() }).optional(),
    })
    .optional(),
  skipped: z.object({ times: z.int(), last: instant }).optional(),
  asked: z.object({ time: instant, ...ordered }).optional(),
  leaveOut: z.array(instant).optional(),
  paused: z.object({ at: instant, ...ordered }).optional(),
  orders: z
    .array(z.object({ order: z.enum([...scheduleOrders, ...timeOrders]), at: instant, time: instant.optional(), ...ordered }))
    .optional(),
  lag,
});

const said = {
  pause: 'Let a schedule run nothing until it is resumed',
  resume: 'Resume a paused schedule: what was due meanwhile is caught up as declared',
  run: 'Run a time that has passed, now; nobody gets its command twice',
  skip: 'Leave out a time that is due, runs, or is still to come',
} as const satisfies Record<(typeof scheduleOrders | typeof timeOrders)[number], string>;

/** The routes for operators about schedules, if there are any. */
export const scheduleOperations = ({ schedules = {} }: Manifest): readonly Operation[] => {
  if (Object.keys(schedules).length === 0) return [];
  const order = (each: keyof typeof said, schema: z.ZodType, example: object) =>
    operation('post', {
      path: `/ops/schedules/{schedule}/${each}`,
      id: `ops.${each}Schedule`,
      summary: said[each],
      parameters: [inPath('schedule', 'The name of the schedule.')],
      body: { schema, example },
      answers: accepted('How the schedule is now.', scheduleReport),
      problems: [...body, 'not-found', 'contended'],
    });
  const why = 'the books are still open';
  return [
    operation('get', {
      path: '/ops/schedules',
      id: 'ops.schedules',
      summary: 'How far each schedule is, what is due, what was left out, and what failed',
      answers: ok('The report.', z.object({ schedules: z.array(scheduleReport) })),
      problems: [],
    }),
    ...scheduleOrders.map((each) => order(each, reasoned, { why })),
    ...timeOrders.map((each) => order(each, reasonedTime, { why, time: '2026-12-01T02:00:00.000Z' })),
  ];
};
