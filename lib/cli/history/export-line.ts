import * as z from 'zod';
import type { Commit } from '../../core/commit.ts';

/** A stream's state as a release computed it, after the commit that ended at this version. */
export type StateLine = Readonly<{ stream: string; version: number; state: unknown }>;

/** One line of an export: a commit, a state, or an envelope of another type, which is ignored. */
export type ExportLine = Readonly<{ commit: Commit } | { state: StateLine } | { other: string }>;

const meta = z.looseObject({ actor: z.string(), correlation: z.string(), causation: z.string() }).partial();

/** The fields of a commit that folding needs; a history from elsewhere may lack the others. */
const commitForm = z.looseObject({
  stream: z.string().min(1),
  commit: z.int().positive(),
  version: z.int().nonnegative(),
  events: z.array(z.object({ type: z.string(), v: z.int().positive(), data: z.unknown() })),
  command: z.string().default(''),
  at: z.string().default(''),
  meta: meta.default({}).transform((known) => ({ actor: '', correlation: '', causation: '', ...known })),
});

const stateForm = z.object({ stream: z.string().min(1), version: z.int().nonnegative(), state: z.unknown() });

/** CloudEvents 1.0, in its JSON form. */
const envelopeForm = z.looseObject({ specversion: z.string(), type: z.string(), data: z.unknown() });

const check = <T>(form: z.ZodType<T>, value: unknown, what: string): T => {
  const checked = form.safeParse(value);
  if (checked.success) return checked.data;
  throw new Error(`is no ${what}: ${z.prettifyError(checked.error).replaceAll(/\s+/g, ' ')}`);
};

/**
 * Reads one line: a CloudEvents envelope of type `foldstream.commit` or `foldstream.state`, or the bare commit or state. Envelopes of other types are
 * ignored. Throws if the line is none of these; the message continues "line 5 ...".
 */
export const readLine = (text: string): ExportLine => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('is not JSON.');
  }
  const envelope = envelopeForm.safeParse(value);
  const { type, data } = envelope.success ? envelope.data : { type: '', data: value };
  const hasState = typeof data === 'object' && data !== null && 'state' in data;
  if (type === 'foldstream.state' || (type === '' && hasState)) return { state: check(stateForm, data, 'state') };
  if (type === 'foldstream.commit' || type === '') return { commit: check(commitForm, data, 'commit') as Commit };
  return { other: type };
};
