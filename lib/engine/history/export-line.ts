import * as z from 'zod';
import { jsonIn } from '../json.ts';

/** CloudEvents 1.0, in its JSON form. */
const envelope = z.looseObject({ specversion: z.string(), type: z.string(), data: z.unknown() });

/** The types of the envelopes that an export has; others are of no concern to it. */
export const commitType = 'foldstream.commit';
export const stateType = 'foldstream.state';

/** Opens one line of an export: a CloudEvents envelope, or a bare commit or state. Throws if it is not JSON. */
export const opened = (text: string): Readonly<{ type: string; data: unknown }> => {
  const value = jsonIn(text);
  if (value === undefined) throw new Error('it is not JSON');
  const wrapped = envelope.safeParse(value);
  if (wrapped.success) return wrapped.data;
  const isState = typeof value === 'object' && value !== null && 'state' in value;
  return { type: isState ? stateType : commitType, data: value };
};

/** The data of a line in its form. Throws if it has another; the message continues "line 5: ...". */
export const inForm = <T>(form: z.ZodType<T>, data: unknown, what: 'commit' | 'state'): T => {
  const checked = form.safeParse(data);
  if (checked.success) return checked.data;
  throw new Error(`it is no ${what}: ${z.prettifyError(checked.error).replaceAll(/\s+/g, ' ')}`);
};
