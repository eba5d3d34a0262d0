import * as z from 'zod';
import { jsonIn } from '../json.ts';

const form = z.tuple([z.string(), z.record(z.string(), z.union([z.string(), z.number()]))]);

type Position = Readonly<Record<string, unknown>>;

const toBase64Url = (text: string) => Buffer.from(text).toString('base64url');

/** A place in a list as a caller carries it: opaque, and good for that list only. */
export const encodeCursor = (position: Position, scope: string): string => toBase64Url(JSON.stringify([scope, position]));

const decoded = (cursor: string): z.infer<typeof form> | undefined =>
  form.safeParse(jsonIn(Buffer.from(cursor, 'base64url').toString())).data;

/** The list that a cursor says it is of. */
export const cursorScope = (cursor: string): string | undefined => decoded(cursor)?.[0];

/** The position that a page token names, or undefined if it is not one of this list. */
export const decodeCursor = (cursor: string, scope: string): Position | undefined => {
  const [madeFor, position] = decoded(cursor) ?? [];
  return madeFor === scope ? position : undefined;
};
