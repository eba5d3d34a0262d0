import type { Commit } from '../../core/commit.ts';
import type { Log, Proofs, Queue, Store } from '../ports.ts';
import { type TableChange, tamperings } from '../store/tampering.ts';
import { note, toNoted } from './sweep/journal.ts';

export type Guarding = Readonly<{
  store: Pick<Store, 'find'>;
  proofs: Pick<Proofs, 'holds'>;
  log: Pick<Log, 'error'>;
  /** The journal of the sweep. */
  queue: Pick<Queue, 'send'>;
  noteBytes: number;
}>;

const sayTamperings = async ({ log, ...guarding }: Guarding, changes: readonly TableChange[]): Promise<void> => {
  for (const { stream, commit, kind } of await tamperings(guarding, changes))
    log.error('History was tampered with.', { stream, commit, kind, remedy: `foldstream verify ${stream}` });
};

const noteNew = ({ queue, noteBytes }: Guarding, changes: readonly TableChange[]): Promise<void> => {
  const commits = changes.flatMap(({ kind, after }) => (kind === 'INSERT' && after?.events ? [after as Commit] : []));
  return note({ queue, most: noteBytes }, commits.map(toNoted));
};

/**
 * What the second consumer of the table's stream does: it says which commits were changed or removed by anything but a purge, and notes new ones for the sweep.
 * Each is done whatever becomes of the other, and a batch of which either failed comes again.
 */
export const guard = async (guarding: Guarding, changes: readonly TableChange[]): Promise<void> => {
  const results = await Promise.allSettled([sayTamperings(guarding, changes), noteNew(guarding, changes)]);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
};
