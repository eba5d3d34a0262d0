import * as z from 'zod';
import type { Commit } from '../../core/commit.ts';
import { commitType, inForm, opened, stateType } from '../../engine/history/export-line.ts';

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

/**
 * Reads one line: a CloudEvents envelope of type `foldstream.commit` or `foldstream.state`, or the bare commit or state. Envelopes of other types are
 * ignored. Throws if the line is none of these; the message continues "line 5: ...".
 */
export const readLine = (text: string): ExportLine => {
  const { type, data } = opened(text);
  if (type === stateType) return { state: inForm(stateForm, data, 'state') };
  if (type === commitType) return { commit: inForm(commitForm, data, 'commit') as Commit };
  return { other: type };
};
