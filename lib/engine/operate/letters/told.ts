import * as z from 'zod';
import { messageOf } from '../../delivery/received.ts';

/**
 * A dead letter in words that hold nobody's data: the commit that was to arrive, or the name of the consumer's own message and the stream that it is about;
 * `for` is the one view of a group that it is meant for.
 */
export type ToldLetter = Readonly<{ for?: string }> &
  (
    | Readonly<{ what: 'commit'; stream: string; commit: number; types: readonly string[]; at?: string; correlation: string }>
    | Readonly<{ what: 'message'; message: string; stream?: string; by?: string; correlation?: string }>
    | Readonly<{ what: 'unknown' }>
  );

const textAt = (said: object, ...names: readonly string[]): string | undefined =>
  names.map((name) => (said as Readonly<Record<string, unknown>>)[name]).find((value) => typeof value === 'string') as
    | string
    | undefined;

/** A message of the consumer's own: `{ resume: { stream, correlation } }`, `{ due: { instance } }`, `{ look: 'a schedule' }`. */
const ownMessage = (said: object): ToldLetter => {
  const [entry] = Object.entries(said).filter(([name]) => name !== 'proof' && name !== 'for');
  if (!entry) return { what: 'unknown' };
  const [message, about] = entry;
  if (typeof about !== 'object' || about === null) return { what: 'message', message };
  const [stream, by, correlation] = [
    textAt(about, 'stream', 'instance', 'performance'),
    textAt(about, 'by'),
    textAt(about, 'correlation'),
  ];
  return {
    ...{ what: 'message', message },
    ...(stream !== undefined && { stream }),
    ...(by !== undefined && { by }),
    ...(correlation !== undefined && { correlation }),
  };
};

/** Tells what a letter is by its body, whose proof is not looked at: its consumer does that, when it gets it again. */
export const toldOf = (body: string): ToldLetter => {
  const { message, ...meant } = messageOf(body);
  if (!message) return { what: 'unknown' };
  if ('order' in message) return { ...ownMessage(message.order), ...meant };
  const { stream, commit, at, meta } = message.delivered;
  // Nobody has checked these yet, and anybody may have sent them.
  const types = z.array(z.string()).catch([]).parse(message.delivered.types);
  return {
    ...{ what: 'commit', stream, commit, types, correlation: meta.correlation },
    ...(typeof at === 'string' && { at }),
    ...meant,
  };
};
