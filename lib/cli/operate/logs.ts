import { setTimeout as pause } from 'node:timers/promises';
import { type LogEvent, logGroupsOf, readLogs } from '../../aws/operate/logs.ts';
import { atOnce } from '../../engine/at-once.ts';
import { targetStack } from '../stack.ts';
import type { Print } from '../terminal/lines.ts';
import { isAbout, type LogLine, linesIn, shownLine } from './log-lines.ts';

/** CloudWatch Logs takes ten requests of this kind a second. */
const groupsAtOnce = 5;
/** CloudWatch finds lines some seconds after they were written: each query goes back by this many milliseconds, and no line is shown twice. */
const foundWithin = 30_000;
const looksEvery = 2_000;

export type Groups = readonly Readonly<{ group: string; of: string }>[];
export type ReadGroup = (group: string, from: number, text?: string) => Promise<readonly LogEvent[]>;
export type Looking = Readonly<{ groups: Groups; read: ReadGroup; correlation: string | undefined }>;

/** Reads all groups, and returns the lines that are new since the last call, merged by time. */
export const newLines = ({ groups, read, correlation }: Looking) => {
  const known = new Set<string>();
  return async (from: number): Promise<readonly LogLine[]> => {
    const events = await atOnce(groupsAtOnce, groups, async ({ group, of }) =>
      (await read(group, from, correlation)).map((event) => ({ event, of: of.replace(/Log[0-9A-F]{8}$/, '') })),
    );
    return events
      .flat()
      .filter(({ event }) => !known.has(event.id) && known.add(event.id))
      .flatMap(({ event, of }) => linesIn(event, of))
      .filter((line) => correlation === undefined || isAbout(line, correlation))
      .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  };
};

export type LogsOptions = Readonly<{
  correlation?: string;
  follow?: boolean;
  since: number;
  stack?: string;
  signal?: AbortSignal;
}>;

/** `foldstream logs [<correlation>]`: prints the lines of all functions of a deployment, in the order of time. Returns true if there were any. */
export const logsVerb = async ({ correlation, follow, since, stack, signal }: LogsOptions, print: Print): Promise<boolean> => {
  const groups = await logGroupsOf(await targetStack(stack));
  const look = newLines({ groups, read: readLogs(), correlation });
  let [from, width, count] = [Date.now() - since, 0, 0];
  for (;;) {
    const began = Date.now();
    const lines = await look(from);
    width = Math.max(width, ...lines.map(({ of }) => of.length));
    for (const line of lines.flatMap((each) => shownLine(each, width))) print(line);
    count += lines.length;
    if (!follow || signal?.aborted) break;
    from = Math.max(from, began - foundWithin);
    await pause(looksEvery, undefined, { signal }).catch(() => {});
    if (signal?.aborted) break;
  }
  if (count === 0)
    print(
      correlation === undefined
        ? 'No function wrote anything in that time: --since 24h looks further back.'
        : `No line of that time is about ${correlation}: --since 24h looks further back. Lines are found some seconds after they were written.`,
    );
  return count > 0;
};
