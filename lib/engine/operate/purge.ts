import { type Commit, type Purge, typesOf } from '../../core/commit.ts';
import type { AnyDecider } from '../../core/decider.ts';
import { claimsOf, type Reservation } from '../../core/reservation.ts';
import { parseStream } from '../../core/stream.ts';
import { tagsIn } from '../../core/tag/stream.ts';
import { TryAgain, untilWon } from '../again.ts';
import { reservationCommit, reservationLoading, reservationStream } from '../command/unique.ts';
import { latest, nowOf } from '../instant.ts';
import type { Keys, Proofs, Store } from '../ports.ts';
import { type Known, unknown } from '../store/known.ts';
import { follow, type Loading, load } from '../store/load.ts';
import { blankOf, isPurged, provedText } from '../store/purged.ts';
import { readAll, readPages } from '../store/read-all.ts';
import { withSiblings } from '../store/transaction.ts';
import type { Blanking, ClosingSnapshots } from './ports.ts';

/** What streams are purged with. `proofs` are under the secret of purges; the deciders are the manifest's own aggregates. */
export type Purging = Omit<Loading, 'decider' | 'code' | 'store' | 'keys'> &
  Readonly<{
    deciders: readonly AnyDecider[];
    codeOf: (category: string) => string;
    store: Store & Blanking;
    closing: ClosingSnapshots;
    keys: Keys;
    proofs: Pick<Proofs, 'make'>;
  }>;

export type PurgeRequest = Readonly<{ stream: string; why: string; by: string; correlation: string }>;

/** A purge that was made now or before. */
export type Purged = Readonly<{ stream: string; commit: number; purge: Purge }>;

/** What the function that purges answers: the purge, or why there is none. */
export type PurgeAnswer = Readonly<{ purged: Purged } | { refused: string; remedy: string }>;

/** A stream that cannot be purged, and what to do instead. */
export class NotPurgeable extends Error {
  override name = 'NotPurgeable';
  readonly remedy: string;
  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

const deciderOf = ({ deciders }: Purging, stream: string): AnyDecider => {
  const category = parseStream(stream)?.category;
  const decider = deciders.find((each) => each.category === category);
  if (!decider)
    throw new NotPurgeable(
      `${stream} is no stream of an aggregate of the manifest.`,
      'Only such streams can be purged: those of processes, effects, tags, unique values and erasures record what others rely on.',
    );
  if (tagsIn([decider]).length > 0)
    throw new NotPurgeable(
      `The events of ${decider.category} carry tags, whose streams hold copies of them.`,
      'A purge would leave these copies. Erase the persons whose data the stream holds (foldstream subjects erase).',
    );
  return decider;
};

/** A stream as it was read from its first commit: the end of its chain, and what its record tells. */
type Going = Readonly<{ known: Known; what: Pick<Purge, 'commits' | 'version' | 'events' | 'types' | 'last' | 'hash'> }>;

/** Reads all of a stream, and folds it: so its chain is checked on the way. The record of a purge in the place of that, if it has been purged. */
const readWhole = async (purging: Purging, loading: Loading, stream: string): Promise<Going | Commit> => {
  const { store, keys, clock } = purging;
  let known = unknown(loading.decider, stream, clock.now());
  let [events, hash] = [0, ''];
  const types = new Set<string>();
  for await (const { commits } of readAll(store, stream, { from: 1 }))
    for (const commit of commits) {
      if (isPurged(commit)) return commit;
      known = follow(loading, known, [commit]);
      events += commit.events.length;
      for (const type of typesOf(commit)) types.add(type);
      hash = keys.hash(hash + known.hash);
    }
  if (known.commit === 0) throw new NotPurgeable(`There is no stream ${stream}.`, 'Check its name: it is <category>-<id>.');
  const { commit: commits, version, hash: last } = known;
  return { known, what: { commits, version, events, types: [...types].sort(), last, hash } };
};

/** The commits that give back the unique values of a stream, beside the record of its purge. */
const releases = async (loading: Loading, keys: Keys, { known }: Going, record: Commit): Promise<readonly Commit[]> => {
  const { decider } = loading;
  const claims = decider.unique ? claimsOf(decider.unique, known.state, decider.initial) : [];
  const all = claims
    .filter(({ kind }) => kind === 'release')
    .map(async (claim) => {
      const held = await load(reservationLoading(loading), await reservationStream({ decider, keys }, claim));
      return (held.state as Reservation).by === known.stream ? [reservationCommit(held, record, claim)] : [];
    });
  return (await Promise.all(all)).flat();
};

/** Appends the record as the stream's next commit: from then on the stream is closed, and whoever follows it is told. */
const close = async (purging: Purging, loading: Loading, { stream, why, by, correlation }: PurgeRequest): Promise<Commit> =>
  untilWon(`${stream} is being changed by others at the same time.`, async () => {
    const { store, keys, clock, proofs } = purging;
    const going = await readWhole(purging, loading, stream);
    if (!('what' in going)) return going;
    const at = latest(nowOf(clock), going.known.at);
    const unsigned = { ...going.what, at, by, why };
    const commit = going.known.commit + 1;
    const record: Commit = {
      stream,
      commit,
      version: going.known.version,
      events: [],
      command: `request/${keys.randomId()}`,
      at,
      meta: { actor: by, correlation, causation: correlation },
      prev: going.known.hash,
      purged: commit,
      purge: { ...unsigned, proof: await proofs.make(provedText(stream, unsigned)) },
    };
    const commits = withSiblings([record, ...(await releases(loading, keys, going, record))]);
    const { stored } = commits.length > 1 ? await store.appendTogether(commits, []) : await store.append(record);
    return stored ? commits[0]! : 'again';
  });

/**
 * Purges a stream. First its record is appended, so that no command can follow; then each commit is blanked, from the first one on, so that
 * who reads from the beginning meets a blank at once; then its snapshots go. A repeat finds the record, does what is left, and answers the same.
 */
export const purgeStream = async (purging: Purging, request: PurgeRequest): Promise<Purged> => {
  const { store, closing } = purging;
  const { stream } = request;
  const decider = deciderOf(purging, stream);
  const code = purging.codeOf(decider.category);
  const { purged = 0 } = await close(purging, { ...purging, decider, code }, request);
  const record = await store.find(stream, purged);
  if (!record?.purge) throw new TryAgain(`${stream}: commit ${purged} cannot be read yet.`);
  for await (const { commits } of readPages(store, stream, { from: 1, to: purged - 1 }))
    for (const commit of commits) if (!isPurged(commit)) await store.blank(blankOf(record, commit.commit));
  await closing.close(stream, [code], purged);
  return { stream, commit: purged, purge: record.purge };
};
