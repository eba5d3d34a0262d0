import type { Snapshot, Snapshots } from '../../engine/ports.ts';

export type MemorySnapshots = Snapshots & {
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

/** The snapshots in memory: one that cannot be read is none, a newer one is never replaced by an older. */
export const memorySnapshots = (): MemorySnapshots => {
  const items = new Map<string, string>();
  const place = (stream: string, code: string) => `${stream} ${code}`;
  return {
    items,
    load: async (stream, code) => parse(items.get(place(stream, code))),
    save: async (snapshot, impossible) => {
      const there = parse(items.get(place(snapshot.stream, snapshot.code)));
      const wrong = there && impossible && there.commit === impossible.commit && there.hash === impossible.hash;
      if ((snapshot.recent.length + snapshot.sent.length) / 2 + JSON.stringify(snapshot.state).length > largestSnapshot) return;
      if (!there || wrong || there.commit < snapshot.commit)
        items.set(place(snapshot.stream, snapshot.code), JSON.stringify(snapshot));
    },
  };
};
