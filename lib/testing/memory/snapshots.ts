import type { ClosingSnapshots } from '../../engine/operate/ports.ts';
import type { Snapshot, Snapshots } from '../../engine/ports.ts';

export type MemorySnapshots = Snapshots &
  ClosingSnapshots & {
    /** Every snapshot as JSON, by `<stream> <code>`: a test may read it, take it away, and spoil it. */
    readonly items: Map<string, string>;
  };

/** As the table's, but before compression, which this one does without. */
const largestSnapshot = 350 * 1024;

const parse = (text: string | undefined): Snapshot | undefined => {
  try {
    const snapshot = text === undefined ? undefined : (JSON.parse(text) as Snapshot);
    const hasIds = typeof snapshot?.recent === 'string' && typeof snapshot.sent === 'string';
    return Number.isSafeInteger(snapshot?.commit) && hasIds ? snapshot : undefined;
  } catch {
    return undefined;
  }
};

/** What stays in the place of the snapshots of a purged stream: it only keeps late ones away. */
const closedBy = (text: string | undefined): Readonly<{ commit: number }> | undefined =>
  text?.startsWith('{"closed":') ? (JSON.parse(text) as { commit: number }) : undefined;

/** The snapshots in memory: one that cannot be read is none, a newer one is never replaced by an older. */
export const memorySnapshots = (): MemorySnapshots => {
  const items = new Map<string, string>();
  const place = (stream: string, code: string) => `${stream} ${code}`;
  return {
    items,
    load: async (stream, code) => parse(items.get(place(stream, code))),
    save: async (snapshot, impossible) => {
      const kept = items.get(place(snapshot.stream, snapshot.code));
      const there = parse(kept) ?? closedBy(kept);
      const wrong =
        there && impossible && there.commit === impossible.commit && 'hash' in there && there.hash === impossible.hash;
      if ((snapshot.recent.length + snapshot.sent.length) / 2 + JSON.stringify(snapshot.state).length > largestSnapshot) return;
      if (!there || wrong || there.commit < snapshot.commit)
        items.set(place(snapshot.stream, snapshot.code), JSON.stringify(snapshot));
    },
    close: async (stream, codes, commit) => {
      const known = [...items.keys()].filter((key) => key.startsWith(`${stream} `)).map((key) => key.slice(stream.length + 1));
      for (const code of new Set([...codes, ...known])) items.set(place(stream, code), JSON.stringify({ closed: true, commit }));
    },
  };
};
