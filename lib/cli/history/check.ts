import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Manifest } from '../../core/manifest.ts';
import { asJson, count, some } from '../terminal/lines.ts';
import { UserError } from '../terminal/user-error.ts';
import { type ExportLine, readLine, type StateLine } from './export-line.ts';
import { type Line, linesOf } from './export-lines.ts';
import { type HistoryReport, historyCheck } from './history-check.ts';

export type CheckOptions = Readonly<{
  manifest: Manifest;
  /** An export: newline-delimited JSON, of commits and perhaps states; compressed if its name ends in .gz; or a folder of such parts. */
  against: string;
  /** More states to compare with, as the last release wrote them with `saveStates`. */
  states?: string;
  /** The file for the states that today's code computes: the next release compares with them. */
  saveStates?: string;
}>;

/** The lines of an export, each in its form. */
export async function* readLines(path: string): AsyncGenerator<Line & Readonly<{ line: ExportLine }>> {
  for await (const line of linesOf(path)) {
    try {
      yield { ...line, line: readLine(line.text) };
    } catch (cause) {
      throw new UserError(`${line.file}, line ${line.number}: ${(cause as Error).message}.`);
    }
  }
}

const titled = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [title, ...some(lines).map((line) => `  ${line}`)];

const said = ({ failures, differing, uncompared, ...counts }: HistoryReport): readonly string[] => [
  `${count(counts.commits, 'commit')} of ${count(counts.streams, 'stream')} read${counts.repeated > 0 ? `, ${counts.repeated} of them repeated` : ''}; ${count(counts.compared, 'state')} compared.`,
  ...titled(
    `${count(failures.length, 'failure')}: today's code cannot take`,
    failures.map(({ stream, commit, by, reason }) => `${stream}, commit ${commit}: ${by}: ${reason}`),
  ),
  ...titled(
    `${count(differing.length, 'state')} that today's code computes differently:`,
    differing.map(({ stream, version, changes }) => {
      const fields = changes.map(({ path, from, to }) => `${path || 'all of it'} was ${asJson(from)}, is ${asJson(to)}`);
      return `${stream} at version ${version}: ${fields.join('; ')}`;
    }),
  ),
  ...titled(
    `${count(uncompared.length, 'state')} that no commit of the export came to:`,
    uncompared.map(({ stream, version }) => `${stream} at version ${version}`),
  ),
];

const save = (file: string, states: Iterable<StateLine>) => {
  function* lines() {
    for (const state of states) yield `${JSON.stringify(state)}\n`;
  }
  return pipeline(lines(), createWriteStream(file));
};

/**
 * `foldstream check --against <export>`: folds a real history with the present code and compares the states with those of the last release. Not ok if
 * anything fails, differs, or could not be compared.
 */
export const checkVerb = async ({ manifest, against, states, saveStates }: CheckOptions) => {
  const check = historyCheck(manifest);
  if (states !== undefined) {
    for await (const { line, number } of readLines(states)) {
      if (!('state' in line)) throw new UserError(`${states}, line ${number}: it is no state.`);
      check.state(line.state);
    }
  }
  for await (const { line } of readLines(against)) {
    if ('commit' in line) check.commit(line.commit);
    if ('state' in line) check.state(line.state);
  }
  const report = check.report();
  if (report.commits === 0)
    throw new UserError(`${against} holds no commit.`, 'It should be newline-delimited JSON, one commit a line.');
  if (saveStates !== undefined) await save(saveStates, check.states());
  const ok = report.failures.length + report.differing.length + report.uncompared.length === 0;
  return {
    ok,
    lines: [...said(report), ok ? 'All of it folds, and nothing differs.' : 'Look at these before you deploy.'],
    report,
  };
};
