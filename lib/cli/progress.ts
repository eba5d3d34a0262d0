import type { WriteStream } from 'node:tty';

/** Runs one piece of work and tells the user about it. */
export type Step = <T>(title: string, work: () => Promise<T>) => Promise<T>;

type Output = Pick<WriteStream, 'write'> & { isTTY?: boolean };

/** One line for each step with its time; on a terminal the time ticks while the step runs. */
export function progressTo(output: Output): Step {
  return async (title, work) => {
    const begun = performance.now();
    const seconds = () => `${((performance.now() - begun) / 1000).toFixed(1)} s`;
    const redraw = (end: string) => output.write(`\r\u001b[K${title} ... ${end}`);
    const tick = output.isTTY ? setInterval(() => redraw(seconds()), 100).unref() : undefined;
    output.write(`${title} ... `);
    const close = (end: string) => {
      clearInterval(tick);
      if (output.isTTY) redraw(`${end}\n`);
      else output.write(`${end}\n`);
    };
    try {
      const result = await work();
      close(seconds());
      return result;
    } catch (error) {
      close(`failed after ${seconds()}`);
      throw error;
    }
  };
}

/** Steps on standard output. */
export const step: Step = progressTo(process.stdout);

/** Steps that say nothing. */
export const quietly: Step = (_title, work) => work();
