import { createHash } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The content of each file by its hash; empty for one that is gone. */
export const contentOf = async (files: Iterable<string>): Promise<ReadonlyMap<string, string>> =>
  new Map(
    await Promise.all(
      [...files].map(async (file) => {
        const content = await readFile(file).catch(() => undefined);
        return [file, content === undefined ? '' : createHash('sha256').update(content).digest('hex')] as const;
      }),
    ),
  );

/** Whether one of the files was saved after an instant. */
export const savedSince = async (files: Iterable<string>, since: Date): Promise<boolean> => {
  const times = await Promise.all(
    [...files].map((file) =>
      stat(file).then(
        ({ mtime }) => mtime,
        () => since,
      ),
    ),
  );
  return times.some((time) => time > since);
};

/**
 * Calls back whenever something changes in the folders of some files. Folders are watched rather than files: an editor saves by putting another file in
 * the place of the old one, and an import may wait for a file that is not there yet.
 */
export const watchFolders = (changed: () => void) => {
  const watched = new Map<string, FSWatcher>();
  const forget = (folder: string) => {
    watched.get(folder)?.close();
    watched.delete(folder);
  };
  const follow = (folder: string) => {
    try {
      const watcher = watch(folder, changed);
      // A folder that is removed can be watched no more; its files are missed by the next build.
      watcher.on('error', () => {
        forget(folder);
        changed();
      });
      watched.set(folder, watcher);
    } catch {
      // It is gone already: the build says what is missing.
    }
  };
  return {
    /** Watches the folders of these files from now on, and no others. */
    follow: (files: Iterable<string>): void => {
      const folders = new Set([...files].map((file) => dirname(file)));
      for (const folder of watched.keys()) if (!folders.has(folder)) forget(folder);
      for (const folder of folders) if (!watched.has(folder)) follow(folder);
    },
    close: (): void => {
      for (const folder of watched.keys()) forget(folder);
    },
  };
};
