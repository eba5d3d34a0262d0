import * as z from 'zod';

const form = z.tuple([z.string(), z.record(z.string(), z.union([z.string(), z.number()]))]);

type Position = Readonly<Record<string, unknown>>;

const toBase64Url = (text: string) => Buffer.from(text).toString('base64url');

/** A place in a list as a caller carries it: opaque, and good for that list only. */
export const encodeCursor = (position: Position, scope: string): string => toBase64Url(JSON.stringify([scope, position]));

/** The place that a cursor stands for, or undefined where it is none of this list's. */
export const decodeCursor = (cursor: string, scope: string): Position | undefined => {
  try {
    const [madeFor, position] = form.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return madeFor === scope ? position : undefined;
  } catch {
    return undefined;
  }
};
