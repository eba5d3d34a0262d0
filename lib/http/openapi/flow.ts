import * as z from 'zod';
import { count, instant, lag } from './answers.ts';

const rate = { perMinute: z.number().optional(), errorsPerMinute: z.number().optional() };
const flowing = { lag, perMinute: z.number().optional() };
const counted = z.object({ byStatus: z.record(z.string(), count), atLeast: z.literal(true).optional() });
const names = z.array(z.string());
const flowView = z.object({
  ...flowing,
  name: z.string(),
  revision: z.int(),
  active: z.boolean(),
  group: z
    .string()
    .optional()
    .meta({ description: 'The group whose queue it shares: the backlog and the rate are those of all its views.' }),
  from: names,
  parked: count,
  moreParked: z.boolean(),
  rebuild: z.object({ id: z.string(), kind: z.string(), state: z.string() }).optional(),
});

export const flowAnswer = z.object({
  at: instant,
  ratesAt: instant.optional().meta({ description: 'When the rates were read; absent where nothing measures them.' }),
  api: z.object(rate),
  commands: z.array(z.object({ category: z.string(), ...rate, throttledPerMinute: z.number().optional() })),
  publisher: z.object({ behindSeconds: z.number().optional(), errorsPerMinute: z.number().optional() }),
  views: z.array(flowView),
  publicEvents: flowView.optional(),
  processes: z.array(
    z.object({ ...flowing, process: z.string(), from: names, sends: names, effects: names, standing: counted.optional() }),
  ),
  effects: z.array(
    z.object({
      ...flowing,
      effect: z.string(),
      provider: z.string(),
      circuit: z.enum(['closed', 'open']),
      openUntil: instant.optional(),
      standing: counted.optional(),
    }),
  ),
  schedules: z.array(
    z.object({
      ...flowing,
      schedule: z.string(),
      sends: names,
      late: instant.optional(),
      paused: z.boolean(),
      next: instant.optional(),
    }),
  ),
});
