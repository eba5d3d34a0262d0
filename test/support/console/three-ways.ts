import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { root } from '../../../lib/cli/local/deployment.ts';

const run = promisify(execFile);

/** A deployment, and the token of an operator. */
type At = Readonly<{ api: string; stack: string; token: string }>;
type Stuck = Readonly<{ id: string; from: string; correlation: string }>;

/** One way to find out why a transfer hangs. */
export type Way = Readonly<{
  way: string;
  /** Clicks, or commands. */
  acts: number;
  /** What is typed or pasted. */
  characters: number;
  /** The machine's own time: from the first act to the last answer, one act right after the other. */
  seconds: number;
  /** What is to be read: the characters that the answers show. */
  shown: number;
  answer: string;
}>;

const secondsSince = (before: number): number => Math.round((performance.now() - before) / 10) / 100;

/** Three looks, and each way has the same: what stands still, the instance, its trace. The mouse has one more, at the commit that refused. */
export const foundInThreeWays = async (page: Page, stuck: Stuck, at: At): Promise<readonly Way[]> => {
  const ways = [await byConsole(page, stuck)];
  for (const { way, commands, lines } of typed(stuck, at)) {
    const [before, said] = [performance.now(), [] as string[]];
    for (const [file, ...args] of commands) said.push((await run(file!, args, { cwd: root, maxBuffer: 1e8 })).stdout);
    const answer = said.join('\n');
    const characters = lines.join('\n').length;
    ways.push({ way, acts: commands.length, characters, seconds: secondsSince(before), shown: answer.length, answer });
  }
  return ways;
};

const byConsole = async (page: Page, { id, from }: Stuck): Promise<Way> => {
  const before = performance.now();
  let [acts, shown] = [0, 0];
  const click = async (what: ReturnType<Page['getByRole']>) => {
    await what.click();
    acts += 1;
  };
  const seen = async () => {
    const text = (await page.locator('main').textContent()) ?? '';
    shown += text.length;
    return text;
  };
  await click(page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: /^Processes/ }));
  const instance = page.getByRole('link', { name: id, exact: true });
  await instance.waitFor();
  await seen();
  await click(instance);
  await page.getByText('For a person').waitFor();
  const why = await seen();
  await click(page.getByRole('link', { name: 'Its trace' }));
  const refusal = page.getByRole('link', { name: new RegExp(`refuses Credit.*of account-${from}`, 's') });
  await refusal.waitFor();
  await seen();
  await click(refusal);
  const detail = page.getByRole('complementary');
  await detail.waitFor();
  const seconds = secondsSince(before);
  return { way: 'the console', acts, characters: 0, seconds, shown, answer: `${why}\n${(await detail.textContent()) ?? ''}` };
};

const typed = ({ id, correlation }: Stuck, { api, stack, token }: At) => {
  const foldstream = [process.execPath, join(root, 'bin/foldstream.ts')];
  const auth = ['-H', `Authorization: Bearer ${token}`];
  const of = ['--stack', stack];
  const verbs = [['processes'], ['processes', 'show', 'transferProcess', id], ['trace', correlation]];
  const paths = ['/ops/processes', `/ops/processes/transferProcess/${id}`, `/ops/trace/${correlation}`];
  return [
    {
      way: 'the command line',
      commands: verbs.map((verb) => [...foldstream, ...verb, ...of]),
      lines: verbs.map((verb) => ['foldstream', ...verb, ...of].join(' ')),
    },
    {
      way: 'curl',
      commands: paths.map((path) => ['curl', '-s', ...auth, `${api}${path}`]),
      // The token and the address are variables of the shell.
      lines: paths.map((path) => `curl -s -H "Authorization: Bearer $TOKEN" $API${path}`),
    },
  ] as const;
};
