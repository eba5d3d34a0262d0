import type { Commit } from '../../core/commit.ts';
import { reservationCategory } from '../../core/reservation.ts';
import { parseStream } from '../../core/stream.ts';
import type { Scanner, ScanPlace, Store } from '../ports.ts';
import { isPurged } from '../store/purged.ts';
import { readPages } from '../store/read-all.ts';
import type { StreamOrder } from './export-order.ts';

/** The progress of a segment's scan. */
export type Exported = Readonly<{
  /** To be written, in this order. */
  commits: readonly Commit[];
  /** Set where nothing is held back: from there another run may go on. `end` is the end of the segment. */
  place?: ScanPlace | 'end';
  /** Commits that are missing in the table itself, so that what follows them has no predecessor. */
  holes: readonly Readonly<{ stream: string; commit: number }>[];
  seen: number;
  units: number;
}>;

export type Exporting = Readonly<{
  scanner: Scanner;
  store: Pick<Store, 'read'>;
  order: StreamOrder;
  /** Only the streams of this category, with the values that they reserved. */
  category?: string;
  leftOut?: (commit: Commit) => boolean;
}>;

/** The most that is held back before it is fetched by queries (bytes), and for how many pages. */
const mostHeld = 8 * 1024 * 1024;
const mostPages = 8;

const isWanted = ({ category, leftOut = () => false }: Exporting) => {
  if (category === undefined) return (commit: Commit) => !leftOut(commit);
  const reservations = `${reservationCategory}-${category}.`;
  return (commit: Commit) =>
    !leftOut(commit) && (parseStream(commit.stream)?.category === category || commit.stream.startsWith(reservations));
};

/** A purged stream is not exported: there is nothing of it to check, and a mark alone would close it elsewhere. */
const isKept = (commit: Commit) => !isPurged(commit);

/** Fetches what others are held back for. What the table does not have either is a hole. */
async function* fetched({ store, order }: Exporting): AsyncGenerator<Pick<Exported, 'commits' | 'holes'>> {
  for (const { stream, from, to } of order.waiting()) {
    let expected = from;
    for await (const { commits } of readPages(store, stream, { from, to })) {
      for (const { commit } of commits) {
        if (commit !== expected) yield { commits: [], holes: [{ stream, commit: expected }] };
        expected = commit + 1;
      }
      yield { commits: order.take(commits.filter(isKept)), holes: [] };
    }
    yield { commits: order.giveUp(stream), holes: [] };
  }
}

/**
 * A segment of the commits, each stream's in order, from a position on. It reads consistently: commits that were acknowledged before it
 * began are in it. Commits that are appended meanwhile may be in it, as far as they follow directly.
 */
export async function* exportSegment(
  exporting: Exporting,
  { segment, of, after }: Readonly<{ segment: number; of: number; after?: ScanPlace }>,
): AsyncGenerator<Exported> {
  const { scanner, order } = exporting;
  const wanted = isWanted(exporting);
  let pages = 0;
  for (let place = after, more = true; more; ) {
    const page = await scanner.scan({ segment, of }, { consistent: true, ...(place && { after: place }) });
    more = page.next !== undefined;
    place = page.next;
    pages += 1;
    yield {
      commits: order.take(page.commits.filter(isKept).filter(wanted)),
      holes: [],
      seen: page.commits.length,
      units: page.units,
    };
    const held = order.heldBytes();
    if (held > 0 && held <= mostHeld && more && pages < mostPages) continue;
    for await (const part of fetched(exporting)) yield { ...part, seen: 0, units: 0 };
    pages = 0;
    yield { commits: [], holes: [], seen: 0, units: 0, place: place ?? 'end' };
  }
}
