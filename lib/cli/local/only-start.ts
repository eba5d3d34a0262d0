import { join } from 'node:path';
import { tryLock } from '../terminal/lock.ts';
import { UserError } from '../terminal/user-error.ts';

/** Makes this the only `npm start` of the repository, or throws with the process that is. Returns the function that releases the lock. */
export function onlyStart(cacheDir: string, endpoint: string): () => void {
  const lock = tryLock(join(cacheDir, 'start.lock'), endpoint);
  if (lock.taken) return lock.release;
  const { pid, note } = lock.holder;
  throw new UserError(
    `Foldstream runs already: process ${pid}, at ${note}.`,
    `Use that one, or end it with Ctrl-C there (or: kill ${pid}).`,
  );
}
