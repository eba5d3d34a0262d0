import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** The environment that an operating system's process was started with; empty if it has ended meanwhile, or belongs to somebody else. */
const environmentOf = (pid: string): ReadonlySet<string> => {
  try {
    return new Set(readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0'));
  } catch {
    return new Set();
  }
};

type Wanted = Readonly<{ endpoint: string; functions: readonly string[] }>;

/** The engine's processes for some functions, by the environment that it started them with. */
const workers = ({ endpoint, functions }: Wanted): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const environment = environmentOf(pid);
      return (
        environment.has(`AWS_ENDPOINT_URL=${endpoint}`) &&
        functions.some((name) => environment.has(`AWS_LAMBDA_FUNCTION_NAME=${name}`))
      );
    })
    .map(Number);

export type Killing = Readonly<{
  /** How many it has killed so far. */
  kills(): number;
  stop(): Promise<number>;
}>;

/** Kills such processes one at a time, at moments that the dice say, until it is stopped: no code of theirs gets to know. */
export const killing = (wanted: Wanted, random: () => number, longestPause: number): Killing => {
  let going = true;
  let count = 0;
  const over = (async () => {
    while (going) {
      await pause(random() * longestPause);
      const pids = workers(wanted);
      const pid = pids[Math.floor(random() * pids.length)];
      if (pid === undefined) continue;
      try {
        process.kill(pid, 'SIGKILL');
        count += 1;
      } catch {}
    }
  })();
  return {
    kills: () => count,
    stop: async () => {
      going = false;
      await over;
      return count;
    },
  };
};
