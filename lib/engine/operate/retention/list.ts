import { type Verdict, whyErased } from '../../../core/personal/retention.ts';
import { nowOf } from '../../instant.ts';
import { beginning, endedRows, readyRegister, retentionLimits } from './run.ts';
import { isErased, judgeSubject, type Retaining } from './subject.ts';

/** What would become of a subject, and when. */
export type Planned = Readonly<{ subject: string; due?: string; why: string }>;

const planOf = (subject: string, verdict: Verdict): Planned => {
  if ('due' in verdict) return { subject, due: verdict.due, why: whyErased(verdict.after) };
  const kept = verdict.kept.map(({ stream, category, why }) =>
    why === 'has no retention'
      ? `stream ${stream} of category ${category} has no retention`
      : `stream ${stream} of category ${category} has not ended`,
  );
  return { subject, why: kept.length > 0 ? `kept because ${kept.join(', and ')}` : 'nothing is held any more' };
};

/** The subjects of all streams that have ended, as the register says: who is to be erased, when and why, and who is kept. Those already erased are left out. */
export async function* planRetention(retaining: Retaining): AsyncGenerator<Planned> {
  const register = await readyRegister(retaining);
  const told = new Set<string>();
  const until = nowOf(retaining.erasing.recording.clock);
  for (const category of Object.keys(retaining.retentions).sort())
    for await (const { rows } of endedRows(register, category, { from: beginning, until, limit: retentionLimits.rows }))
      for (const { subject } of rows) {
        if (told.has(subject)) continue;
        told.add(subject);
        if (await isErased(retaining, subject)) continue;
        yield planOf(subject, await judgeSubject(retaining, register, subject));
      }
}
