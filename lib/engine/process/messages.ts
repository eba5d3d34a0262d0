import * as z from 'zod';
import type { ProcessMessage } from './ports.ts';

const text = z.string().min(1);
const order = z.object({ instance: text, reason: text, by: text, correlation: text, traceparent: text.optional() });

const processMessage: z.ZodType<ProcessMessage> = z.union([
  // One-shots of before do not tell the time.
  z.object({ due: z.object({ instance: text, name: text, setBy: z.int().positive(), at: text.optional() }) }),
  z.object({ attend: z.object({ instance: text }) }),
  z.object({ resume: order }),
  z.object({ retry: order }),
  z.object({ resolve: order }),
]);

/** The messages of a process's queue beside commits: from the scheduler, the sweep and operators. */
export const messageIn = (said: object): ProcessMessage | undefined => processMessage.safeParse(said).data;
