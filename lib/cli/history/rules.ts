import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { OtherRules } from '../../core/declare/rules.ts';
import type { Manifest } from '../../core/manifest.ts';
import { decidersOf } from '../../core/process/decider.ts';
import { asJson, count, some } from '../terminal/lines.ts';
import { UserError } from '../terminal/user-error.ts';
import { readLines } from './check.ts';
import { type Replayed, replayUnder } from './replay.ts';

const expected = 'It is expected as: export const rules = otherRules(decider, { EventType: (data) => command });';

const loadRules = async (file: string): Promise<OtherRules> => {
  if (!existsSync(file)) throw new UserError(`There is no file ${file}.`, expected);
  const { rules } = (await import(/* @vite-ignore */ pathToFileURL(resolve(file)).href).catch((cause: unknown) => {
    throw new UserError(`${file} cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`, expected, {
      cause,
    });
  })) as { rules?: OtherRules };
  if (rules?.decider === undefined) throw new UserError(`${file} exports no rules.`, expected);
  return rules;
};

const shown = ({ type, data }: Readonly<{ type: string; data: unknown }>) => `${type} ${asJson(data)}`;

const said = ({ stream, commits, departs, refused, changes }: Replayed): readonly string[] => {
  if (!departs) return [];
  const { commit, recorded, instead } = departs;
  const would =
    typeof instead === 'string' ? `would be refused: ${instead}` : `would be ${instead.map(shown).join(', ') || 'nothing'}`;
  const reasons = Object.entries(refused).map(([reason, times]) => `${times} ${reason}`);
  return [
    `${stream}, commit ${commit} of ${commits}: was ${recorded.map(shown).join(', ')}; ${would}.`,
    ...(reasons.length > 0 ? [`  refused in all: ${reasons.join(', ')}`] : []),
    ...(changes.length > 0
      ? [
          '  in the end:',
          ...changes.map(({ path, from, to }) => `    ${path || 'all of it'} was ${asJson(from)}, would be ${asJson(to)}`),
        ]
      : ['  in the end: the same state']),
  ];
};

export type RulesOptions = Readonly<{ manifest: Manifest; against: string; rules: string }>;

/** `foldstream check --against <export> --rules <module>`: decides the recorded commands of a category anew, under other rules, and reports what would have come of it. */
export const rulesVerb = async ({ manifest, against, rules: file }: RulesOptions) => {
  const rules = await loadRules(file);
  const { category } = rules.decider;
  const recordedBy = decidersOf(manifest).find((decider) => decider.category === category);
  if (!recordedBy)
    throw new UserError(
      `The rules are for ${category}, and the manifest has no such aggregate.`,
      'Name its manifest: --manifest <file>.',
    );
  const replay = replayUnder(recordedBy, rules);
  for await (const { line } of readLines(against)) if ('commit' in line) replay.commit(line.commit);
  const report = replay.report();
  if (report.length === 0)
    throw new UserError(`${against} holds no commit of ${category}.`, 'Export that category, or name another file.');
  const other = report.filter(({ departs }) => departs !== undefined);
  const lines = [
    `${count(report.length, 'stream')} of ${category} decided anew under ${file}: ${report.length - other.length} came to the same, ${other.length} to something else.`,
    ...some(other.map((each) => said(each).join('\n'))),
  ];
  return { ok: true, lines, report };
};
