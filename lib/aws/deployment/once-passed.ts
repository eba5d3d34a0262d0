import type { Clock } from '../../engine/ports.ts';

type Passing = Readonly<{
  /** True if an error is temporary, so that the next try may succeed. */
  passes: (error: Error) => boolean;
  /** The time limit of all tries, and the wait between them (milliseconds). */
  within: number;
  pause: number;
}>;

/** Repeats an idempotent action while it fails with an error that passes, up to a time limit; the last error is thrown. */
export const oncePassed = async <T>(clock: Clock, { passes, within, pause }: Passing, attempt: () => Promise<T>): Promise<T> => {
  for (const until = clock.now() + within; ; )
    try {
      return await attempt();
    } catch (error) {
      if (!passes(error as Error) || clock.now() >= until) throw error;
      await clock.wait(pause);
    }
};
