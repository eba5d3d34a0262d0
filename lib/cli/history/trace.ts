import { traceReader } from '../../aws/functions/trace-reader.ts';
import { commitStore } from '../../aws/store/commit-store.ts';
import { activeRevisions } from '../../aws/view/revisions.ts';
import type { Manifest } from '../../core/manifest.ts';
import type { Trace, TracedInstance, TracedStep } from '../../engine/history/trace.ts';
import { deployedProjections } from '../deployed.ts';
import { connect } from '../stack.ts';
import { count, type Print } from '../terminal/lines.ts';
import { waitText } from '../texts.ts';

const seconds = (milliseconds: number): string => `${(milliseconds / 1_000).toFixed(3)} s`;

/** Only commands and operators' requests have a user behind them. */
const asker = ({ came, actor }: TracedStep): string => (came === 'command' || came === 'order' ? `, asked for by ${actor}` : '');

type Line = Readonly<{ when: string; tree: string; says: string }>;

const linesOf = (steps: readonly TracedStep[], indent = '', isRoot = true): readonly Line[] =>
  steps.flatMap((step, i) => {
    const isLast = i === steps.length - 1;
    const branch = isRoot ? '' : isLast ? '└ ' : '├ ';
    const below = isRoot ? '' : isLast ? '  ' : '│ ';
    const line = {
      when: `+${seconds(step.afterMilliseconds)}`,
      tree: `${indent}${branch}${step.stream} #${step.commit}`,
      says: `${step.says}${asker(step)}`,
    };
    return [line, ...linesOf(step.followed, `${indent}${below}`, false)];
  });

/** A story on lines of a readable length. */
const storyLines = (story: string): readonly string[] => {
  const lines: string[] = [];
  for (const part of story.split(' -> ')) {
    const longer = lines.length === 0 ? part : `${lines.at(-1)} -> ${part}`;
    if (longer.length <= 110) lines.splice(-1, 1, longer);
    else lines.push(lines.length === 0 ? part : `-> ${part}`);
  }
  return lines;
};

const ending = ({ status, ended }: TracedInstance): string => (ended === undefined ? status : `${status}: ${ended}`);
const block = (title: string, lines: readonly string[]) =>
  lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];

/** A trace as lines for a person who has not seen the code. */
export const traceLines = ({
  correlation,
  from,
  milliseconds,
  commits,
  steps,
  instances,
  waits,
  missing,
  cut,
}: Trace): readonly string[] => {
  const lines = linesOf(steps);
  const [when, tree] = [Math.max(...lines.map((line) => line.when.length)), Math.max(...lines.map((line) => line.tree.length))];
  return [
    `${correlation}: ${count(commits, 'commit')} within ${seconds(milliseconds)}, from ${from}. ${waits.length === 0 ? 'Nothing waits.' : 'It waits, see below.'}`,
    'Each line is a commit: how long after the first, in which stream, its number there, and what happened. Below it, indented, what followed from it.',
    '',
    ...lines.map((line) => `${line.when.padStart(when)}  ${line.tree.padEnd(tree)}  ${line.says}`),
    ...instances.flatMap((instance) => block(`${instance.instance} (${ending(instance)}):`, storyLines(instance.story))),
    ...block(
      'What waits:',
      waits.map((wait) => `${wait.instance} ${waitText(wait)}`),
    ),
    ...block(
      'Spoken of, and not found:',
      missing.map(({ stream, commit }) => `${stream} #${commit}`),
    ),
    ...(cut ? ['', 'There is more of it than a trace takes.'] : []),
  ];
};

type Options = Readonly<{ manifest: Manifest; correlation: string; stack?: string; json?: boolean }>;

/** `foldstream trace <correlation>`: prints the commits that a request caused, as a tree. */
export const traceVerb = async ({ manifest, correlation, stack, json }: Options, print: Print): Promise<void> => {
  const connection = await connect(stack);
  const { client, commits, control } = connection;
  const trace = await traceReader({
    manifest,
    client,
    views: deployedProjections(manifest, connection),
    store: commitStore(client, commits),
    actives: activeRevisions(client, control),
  })(correlation);
  for (const line of json ? [JSON.stringify(trace, undefined, 2)] : traceLines(trace)) print(line);
};
