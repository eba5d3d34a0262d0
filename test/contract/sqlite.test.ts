import { DatabaseSync } from 'node:sqlite';
import { boundariesContract } from './decisions/boundaries.contract.ts';
import { snapshotsContract } from './snapshots.contract.ts';
import { sqliteSnapshots, sqliteStore } from './sqlite-store.ts';
import { storeContract } from './store.contract.ts';

storeContract('SQLite', () => sqliteStore(new DatabaseSync(':memory:')));
boundariesContract('SQLite', () => sqliteStore(new DatabaseSync(':memory:')));
snapshotsContract('SQLite', () => {
  const database = new DatabaseSync(':memory:');
  const snapshots = sqliteSnapshots(database);
  const update = database.prepare('UPDATE snapshots SET body = ? WHERE stream = ? AND code = ?');
  const write = (body: string) => (stream: string, code: string) => void update.run(body, stream, code);
  return { snapshots, spoil: { 'no JSON': write('{"stream'), 'no commit': write('{"recent":""}'), 'of null': write('null') } };
});
