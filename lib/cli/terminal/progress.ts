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

/** The progress of a long piece of work. */
export type Progress = Readonly<{
  done: number;
  /** Of about how many; unknown without. */
  about?: number;
  /** What is counted; commits without. */
  noun?: string;
  /** Further text. */
  more?: string;
}>;

/** A bar that is shown as often as the work likes, and drawn as often as a person likes. */
export type Bar = Readonly<{
  show(progress: Progress): void;
  /** Says how it ended, on a line of its own. */
  end(said: string): void;
}>;

const barWidth = 24;
const redrawnEvery = 100;
const saidEvery = 10_000;
const inWords = (n: number) => Math.round(n).toLocaleString('en-GB');
const lasting = (seconds: number) => (seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`);

/** The text of a progress bar after some milliseconds. `before` is the amount done in earlier runs, and does not count for the rate. */
export const barLine = ({ done, about, noun = 'commits', more }: Progress, milliseconds: number, before = 0): string => {
  const rate = milliseconds > 0 ? ((done - before) * 1_000) / milliseconds : 0;
  // A table's count is hours old, so that more may come than was expected: a bar is never fuller than full.
  const part = about ? Math.min(1, done / about) : 0;
  const bar = about ? `[${'#'.repeat(Math.floor(part * barWidth)).padEnd(barWidth, '.')}] ` : '';
  const of = about ? ` of about ${inWords(Math.max(about, done))}` : '';
  const left = about && rate > 0 && about > done ? `, ${lasting((about - done) / rate)} left` : '';
  return `${bar}${inWords(done)}${of} ${noun}, ${inWords(rate)}/s${left}${more ? `, ${more}` : ''}`;
};

/** On a terminal the bar is redrawn in place; elsewhere there is a line now and then. */
export const barTo = (output: Output, title: string, now: () => number = () => performance.now()): Bar => {
  const begun = now();
  // Short work prints its last line only.
  let drawn = output.isTTY ? Number.NEGATIVE_INFINITY : begun;
  let before: number | undefined;
  return {
    show: (progress) => {
      before ??= progress.done;
      const time = now();
      if (time - drawn < (output.isTTY ? redrawnEvery : saidEvery)) return;
      drawn = time;
      const line = `${title} ${barLine(progress, time - begun, before)}`;
      output.write(output.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
    },
    end: (said) => {
      output.write(output.isTTY ? `\r\u001b[K${said}\n` : `${said}\n`);
    },
  };
};
