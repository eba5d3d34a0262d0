import * as z from 'zod';
import type { Delivered } from '../engine/publish.ts';

/** What whoever takes a commit goes by, before it looks at anything else in it. */
const commit = z.looseObject({
  stream: z.string(),
  commit: z.int().positive(),
  meta: z.looseObject({ correlation: z.string() }),
});
const busEvent = z.looseObject({ detail: commit });

/** What a message of a queue says, as an object; an empty one for what is none, so that one such message takes no other of its batch with it. */
export const messageIn = (body: string): object => {
  try {
    const said: unknown = JSON.parse(body);
    return typeof said === 'object' && said !== null ? said : {};
  } catch {
    return {};
  }
};

/** The commit in what comes from the bus or from the sweep; undefined for all else. */
export const deliveredIn = (said: object): Delivered | undefined =>
  busEvent.safeParse(said).success ? (said as Readonly<{ detail: Delivered }>).detail : undefined;
