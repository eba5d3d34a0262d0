import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { pipeline } from 'node:stream';
import { pipeline as pipelined } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Manifest } from '../core/manifest.ts';
import { type ExportLine, readLine, type StateLine } from './check/export-line.ts';
import { type HistoryReport, historyCheck } from './check/history-check.ts';
import { UserError } from './user-error.ts';

export type CheckOptions = Readonly<{
  manifest: Manifest;
  /** An export: newline-delimited JSON, of commits and perhaps states; compressed if its name ends in .gz. */
  against: string;
  /** More states to compare with, as the last release wrote them with `saveStates`. */
  states?: string;
  /** Where to write the states that today's code computes: what the next release compares with. */
  saveStates?: string;
}>;

/** How many of a kind are listed; the rest is counted. */
const listed = 20;

async function* linesOf(file: string): AsyncGenerator<readonly [number, ExportLine]> {
  if (!existsSync(file)) throw new UserError(`${file} is not there.`);
  const raw = createReadStream(file);
  // What goes wrong with the file or its compression is raised where the result is read.
  const bytes = file.endsWith('.gz') ? pipeline(raw, createGunzip(), () => {}) : raw;
  let rest = '';
  let number = 0;
  const read = (text: string): readonly [number, ExportLine] => {
    try {
      return [number, readLine(text)];
    } catch (cause) {
      throw new UserError(`${file}: line ${number} ${(cause as Error).message}`);
    }
  };
  try {
    for await (const chunk of bytes.setEncoding('utf8')) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        number += 1;
        if (line.trim() !== '') yield read(line);
      }
    }
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError(`${file} cannot be read to its end: ${(cause as Error).message}.`, undefined, { cause });
  }
  number += 1;
  if (rest.trim() !== '') yield read(rest);
}

const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;
const json = (value: unknown) => JSON.stringify(value) ?? 'nothing';

const some = (title: string, lines: readonly string[]): readonly string[] => {
  if (lines.length === 0) return [];
  const more = lines.length > listed ? [`  and ${lines.length - listed} more`] : [];
  return [title, ...lines.slice(0, listed).map((line) => `  ${line}`), ...more];
};

const said = ({ failures, differing, uncompared, ...counts }: HistoryReport): readonly string[] => [
  `${count(counts.commits, 'commit')} of ${count(counts.streams, 'stream')} read${counts.repeated > 0 ? `, ${counts.repeated} of them repeated` : ''}; ${count(counts.compared, 'state')} compared.`,
  ...some(
    `${count(failures.length, 'failure')}: today's code cannot take`,
    failures.map(({ stream, commit, by, reason }) => `${stream}, commit ${commit}: ${by}: ${reason}`),
  ),
  ...some(
    `${count(differing.length, 'state')} that today's code computes differently:`,
    differing.map(({ stream, version, changes }) => {
      const fields = changes.map(({ path, from, to }) => `${path || 'all of it'} was ${json(from)}, is ${json(to)}`);
      return `${stream} at version ${version}: ${fields.join('; ')}`;
    }),
  ),
  ...some(
    `${count(uncompared.length, 'state')} that no commit of the export came to:`,
    uncompared.map(({ stream, version }) => `${stream} at version ${version}`),
  ),
];

const save = (file: string, states: Iterable<StateLine>) => {
  function* lines() {
    for (const state of states) yield `${JSON.stringify(state)}\n`;
  }
  return pipelined(lines(), createWriteStream(file));
};

/**
 * `foldstream check --against <export>`: whether today's code can take a real history, and what it makes of it that the last release did
 * not. Not ok when anything fails, differs, or could not be compared.
 */
export const checkVerb = async ({ manifest, against, states, saveStates }: CheckOptions) => {
  const check = historyCheck(manifest);
  if (states !== undefined) {
    for await (const [number, line] of linesOf(states)) {
      if (!('state' in line)) throw new UserError(`${states}: line ${number} is no state.`);
      check.state(line.state);
    }
  }
  for await (const [, line] of linesOf(against)) {
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
