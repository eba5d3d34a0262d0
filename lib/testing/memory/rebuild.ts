import { hash } from 'node:crypto';
import { dynamoDb } from '../../engine/limits.ts';
import { switchOf } from '../../engine/rebuild/operator/roll-back.ts';
import {
  type Executions,
  isOver,
  type Meter,
  type PartProgress,
  parts,
  type Rebuild,
  type RebuildRecord,
  type Rebuilds,
  type ScannedItem,
  type ViewScanner,
} from '../../engine/rebuild/ports.ts';
import { itemSize, readUnits } from '../../engine/store/size.ts';
import { dirtyPlace, shardOfNote } from '../../engine/view/dirty.ts';
import type { Active, Actives, Dirty, DirtyNotes, Phase, Phases } from '../../engine/view/ports.ts';
import { partSort, rowPlace } from '../../engine/view/shares.ts';
import { firstPage } from './page-bytes.ts';
import { allSharedRows } from './shares.ts';
import type { MemoryView } from './view.ts';

/** Which revisions answer, in memory. */
export const memoryActives = (): Actives & Readonly<{ forget(projection: string): Promise<void> }> => {
  const kept = new Map<string, Active>();
  return {
    load: async (projection) => structuredClone(kept.get(projection)),
    switch: async (next, from) => {
      if (kept.get(next.projection)?.revision !== from) return false;
      kept.set(next.projection, structuredClone(next));
      return true;
    },
    forget: async (projection) => void kept.delete(projection),
  };
};

/** The phases of revisions, in memory. */
export const memoryPhases = (): Phases & Readonly<{ forget(projection: string, revision: number): Promise<void> }> => {
  const kept = new Map<string, Phase>();
  return {
    load: async (projection, revision) => structuredClone(kept.get(`${projection}.r${revision}`)),
    save: async (projection, revision, phase) => void kept.set(`${projection}.r${revision}`, structuredClone(phase)),
    forget: async (projection, revision) => void kept.delete(`${projection}.r${revision}`),
  };
};

/** As the table holds a note. */
const noteSize = ({ stream, commit }: Dirty): number =>
  itemSize({ key: dirtyPlace(shardOfNote(stream)), sort: stream, noted: commit });

/** Notes of one revision, in memory. */
export const memoryDirtyNotes = (): DirtyNotes => {
  const kept = new Map<string, Dirty>();
  return {
    note: async ({ stream, commit }) => {
      if ((kept.get(stream)?.commit ?? 0) < commit) kept.set(stream, { stream, commit });
    },
    list: async (shard, { limit, after = '' }) => {
      const all = [...kept.values()]
        .filter(({ stream }) => dirtyPlace(shardOfNote(stream)) === dirtyPlace(shard) && stream > after)
        .toSorted((a, b) => Number(a.stream > b.stream) - Number(a.stream < b.stream));
      const notes = firstPage(all, limit, dynamoDb.pageBytes, noteSize);
      const last = notes.at(-1);
      return { notes, ...(last && all.length > notes.length && { next: last.stream }) };
    },
    clear: async ({ stream, commit }) => {
      if ((kept.get(stream)?.commit ?? 0) <= commit) kept.delete(stream);
    },
  };
};

/** Rebuilds with their parts, in memory, and the views that they switch. */
export const memoryRebuilds = (actives: Pick<Actives, 'switch'>): Rebuilds => {
  const kept = new Map<string, RebuildRecord>();
  const rebuildOf = (id: string): Rebuild | undefined => {
    const found = kept.get(id);
    return found?.kind === 'roll-back' ? undefined : found;
  };
  const progress = new Map<string, PartProgress>();
  const place = (id: string, part: string, number: number) => `${id}/${part}/${number}`;
  return {
    begin: async (rebuild) => {
      const running = [...kept.values()].find((each) => each.projection === rebuild.projection && !isOver(each));
      if (running) return running.id === rebuild.id ? undefined : running.id;
      kept.set(rebuild.id, structuredClone(rebuild));
      return undefined;
    },
    load: async (id) => structuredClone(rebuildOf(id)),
    rollBack: async (record) => {
      if (kept.has(record.id)) return true;
      const { next, from } = switchOf(record);
      kept.set(record.id, structuredClone(record));
      if (await actives.switch(next, from)) return true;
      kept.delete(record.id);
      return false;
    },
    recorded: async (id) => structuredClone(kept.get(id)),
    move: async (id, from, to, also) => {
      const there = rebuildOf(id);
      if (!there || !from.includes(there.state)) return false;
      kept.set(id, structuredClone({ ...there, ...to }));
      if (!also || (await actives.switch(also.next, also.from))) return true;
      kept.set(id, there);
      return false;
    },
    list: async (projection) =>
      structuredClone([...kept.values()].filter((each) => projection === undefined || each.projection === projection).reverse()),
    savePart: async (id, part) => void progress.set(place(id, part.part, part.number), structuredClone(part)),
    loadPart: async (id, part, number) => structuredClone(progress.get(place(id, part, number))),
    parts: async (id, of) =>
      parts.flatMap((part) =>
        Array.from({ length: of[part] ?? 0 }, (_, number) => progress.get(place(id, part, number)) ?? []).flat(),
      ),
  };
};

export type MemoryExecutions = Executions & {
  /** The executions that were started, in order; the code that runs them records here how they ended. */
  readonly started: string[];
  readonly ended: Map<string, 'succeeded' | 'failed'>;
};

/** Executions that somebody else runs. */
export const memoryExecutions = (): MemoryExecutions => {
  const started: string[] = [];
  const ended = new Map<string, 'succeeded' | 'failed'>();
  return {
    started,
    ended,
    start: async (id) => {
      if (!started.includes(id)) started.push(id);
    },
    stop: async (id) => {
      if (started.includes(id) && !ended.has(id)) ended.set(id, 'failed');
    },
    status: async (id) => ended.get(id) ?? (started.includes(id) ? 'running' : undefined),
  };
};

/** A meter that counts nothing: memory is free. */
export const memoryMeter = (): Meter => ({ taken: () => ({ read: 0, write: 0 }) });

const sha256 = (text: string) => hash('sha256', text);
const placeOf = ({ key, sort }: Readonly<{ key: string; sort: string }>) => sha256(`${key}\n${sort}`);

/** Looks at all items of a view in memory, by segments, in no order that means anything. */
export const memoryViewScanner = (view: Pick<MemoryView, 'items' | 'sharedRows'>): ViewScanner => ({
  scan: async ({ segment, of }, { after, limit = 1_000 }) => {
    const rows = await allSharedRows(view);
    const items: (ScannedItem & Readonly<{ key: string; sort: string; size: number }>)[] = [
      ...view.items().map(({ key, sort, stream, ...rest }) => {
        const kind = sort === 'head' ? ('head' as const) : ('row' as const);
        return { kind, key, sort, stream, size: itemSize(rest) };
      }),
      ...rows.flatMap(({ parts: all }) =>
        all.map(({ row, shard }) => ({
          kind: 'part' as const,
          row,
          shard,
          key: rowPlace(row),
          sort: partSort(shard),
          size: 100,
        })),
      ),
    ];
    const all = items
      .filter(({ key }) => Number.parseInt(sha256(key).slice(0, 8), 16) % of === segment)
      .map((item) => ({ item, place: placeOf(item) }))
      .toSorted((a, b) => (a.place < b.place ? -1 : 1));
    const rest = after ? all.filter(({ place }) => place > String(after.place)) : all;
    const found = firstPage(rest, limit, dynamoDb.pageBytes, ({ item }) => item.size);
    const page = found.map(({ item }) => item);
    const last = found.at(-1);
    const bytes = page.reduce((sum, { size }) => sum + size, 0);
    return {
      items: page,
      ...(last && rest.length > found.length && { next: { place: last.place } }),
      units: readUnits(bytes) / 2,
    };
  },
});
