import { atOnce } from '../at-once.ts';

/** A part of a batch that fails as a whole: one stream's commits, or one message. */
export type Task = Readonly<{
  /** The records that are retried when this task fails. */
  ids: readonly string[];
  run: () => Promise<unknown>;
  onFailure: (cause: unknown) => void;
}>;

/** Runs the tasks of a batch, all in parallel unless a limit is given, and answers the ids of the records to retry. One failed task stops no other. */
export const runTasks = async (tasks: readonly Task[], most = tasks.length): Promise<readonly string[]> => {
  const failed = await atOnce(most, tasks, async ({ ids, run, onFailure }) => {
    try {
      await run();
      return [];
    } catch (cause) {
      onFailure(cause);
      return ids;
    }
  });
  return failed.flat();
};
