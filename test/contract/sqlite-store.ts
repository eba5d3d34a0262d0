import type { DatabaseSync } from 'node:sqlite';
import type { Commit } from '../../lib/core/commit.ts';
import { dynamoDb } from '../../lib/engine/limits.ts';
import type { Snapshot, Snapshots, Store } from '../../lib/engine/ports.ts';
import { itemSize } from '../../lib/engine/store/size.ts';
import { checkTogether, nextOf } from '../../lib/engine/store/transaction.ts';

// The store's port on another database, as a small trial: it shows what the ports require, and that test/contract finds what is missing.

const largestSnapshot = 350 * 1024;

type Row = Readonly<{ body: string }>;

const commitIn = (row: unknown): Commit => JSON.parse((row as Row).body) as Commit;

/** The commits in a table of SQLite. Its primary key is the optimistic lock: a number in a stream is taken once. */
export const sqliteStore = (database: DatabaseSync): Store => {
  database.exec(
    'CREATE TABLE commits (stream TEXT, number INTEGER, body TEXT NOT NULL, PRIMARY KEY (stream, number)) STRICT, WITHOUT ROWID',
  );
  const insert = database.prepare('INSERT INTO commits VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
  const select = database.prepare('SELECT body FROM commits WHERE stream = ? AND number = ?');
  const range = (order: 'ASC' | 'DESC') =>
    database.prepare(`SELECT body FROM commits WHERE stream = ? AND number BETWEEN ? AND ? ORDER BY number ${order} LIMIT ?`);
  const [oldestFirst, newestFirst] = [range('ASC'), range('DESC')];

  const find = (stream: string, number: number): Commit | undefined => {
    const row = select.get(stream, number);
    return row && commitIn(row);
  };
  /** Returns the commit that is in the way, if there is one. */
  const take = (commit: Commit): Commit | undefined => {
    if (itemSize(commit) > dynamoDb.itemBytes)
      throw new Error(`${commit.stream} ${commit.commit}: a commit has at most ${dynamoDb.itemBytes} bytes.`);
    const { changes } = insert.run(commit.stream, commit.commit, JSON.stringify(commit));
    return changes === 1 ? undefined : find(commit.stream, commit.commit);
  };

  return {
    append: async (commit) => {
      const winner = take(commit);
      return winner ? { stored: false, winner } : { stored: true };
    },
    appendTogether: async (commits, unmoved) => {
      checkTogether(commits, unmoved);
      database.exec('BEGIN IMMEDIATE');
      try {
        const winners = [
          ...commits.flatMap((commit) => take(commit) ?? []),
          ...unmoved.map(nextOf).flatMap(({ stream, commit }) => find(stream, commit) ?? []),
        ];
        database.exec(winners.length === 0 ? 'COMMIT' : 'ROLLBACK');
        return winners.length === 0 ? { stored: true } : { stored: false, winners };
      } catch (error) {
        database.exec('ROLLBACK');
        throw error;
      }
    },
    read: async (stream, { from, to = Number.MAX_SAFE_INTEGER, limit = -1, newestFirst: backwards = false }) => {
      const commits: Commit[] = [];
      let bytes = 0;
      // One more than was asked for tells whether there is a next page.
      for (const row of (backwards ? newestFirst : oldestFirst).iterate(stream, from, to, limit < 0 ? limit : limit + 1)) {
        const commit = commitIn(row);
        bytes += itemSize(commit);
        if (commits.length === limit || (commits.length > 0 && bytes > dynamoDb.pageBytes))
          return { commits, next: commit.commit };
        commits.push(commit);
      }
      return { commits };
    },
    find: async (stream, number) => find(stream, number),
  };
};

/** Undefined for a body that is no snapshot: reading without one is always correct. */
const snapshotIn = (row: unknown): Snapshot | undefined => {
  try {
    const snapshot = JSON.parse((row as Row).body) as Snapshot | null;
    return Number.isSafeInteger(snapshot?.commit) && typeof snapshot?.hash === 'string' ? snapshot : undefined;
  } catch {
    return undefined;
  }
};

/** The snapshots in a table of SQLite. One that cannot be read is replaced by any that can. */
export const sqliteSnapshots = (database: DatabaseSync): Snapshots => {
  database.exec('CREATE TABLE snapshots (stream TEXT, code TEXT, body TEXT NOT NULL, PRIMARY KEY (stream, code)) STRICT');
  const select = database.prepare('SELECT body FROM snapshots WHERE stream = ? AND code = ?');
  const replace = database.prepare('INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?)');
  const load = (stream: string, code: string) => snapshotIn(select.get(stream, code));
  return {
    load: async (stream, code) => load(stream, code),
    save: async (snapshot, impossible) => {
      if (itemSize(snapshot) > largestSnapshot) return;
      // Nothing comes between the read and the write: this process alone has the database open, and neither waits.
      const there = load(snapshot.stream, snapshot.code);
      const wrong = there && impossible && there.commit === impossible.commit && there.hash === impossible.hash;
      if (!there || wrong || there.commit < snapshot.commit)
        replace.run(snapshot.stream, snapshot.code, JSON.stringify(snapshot));
    },
  };
};
