import type { Commit } from '../../core/commit.ts';
import type { AnyDecider } from '../../core/decider.ts';
import { parseStream } from '../../core/stream.ts';
import { entriesIn, entriesOf, inOneOrder, type LateEntry } from '../../core/tag/entries.ts';
import { completionStream, type TagEntry, type TagFilling, tagEvents } from '../../core/tag/stream.ts';
import { storeEvent } from '../../core/version.ts';
import { untilWon } from '../again.ts';
import { latest } from '../instant.ts';
import { dynamoDb } from '../limits.ts';
import type { Keys, Store } from '../ports.ts';
import { type ChainEnd, chainEnd, chainStart } from '../store/known.ts';
import { readAll } from '../store/read-all.ts';
import { itemSize } from '../store/size.ts';

type Deciders = readonly AnyDecider[];
export type Filling = Readonly<{ store: Store; keys: Pick<Keys, 'hash'>; deciders: Deciders; mark?: string }>;

/** The commits whose events carry each value of a tag, by the tag's stream. */
export type Carriers = ReadonlyMap<string, readonly Pick<Commit, 'stream' | 'commit'>[]>;

const deciderOf = (deciders: Deciders, stream: string) =>
  deciders.find(({ category }) => category === parseStream(stream)?.category);

/** Collects the carriers of tags from commits, in any order. */
export const carriersOf = (deciders: Deciders, isWanted: (tag: string) => boolean = () => true) => {
  const carriers = new Map<string, Pick<Commit, 'stream' | 'commit'>[]>();
  return {
    carriers: carriers as Carriers,
    note: (commit: Commit): void => {
      const decider = deciderOf(deciders, commit.stream);
      if (!decider) return;
      for (const [to, { tag }] of entriesOf(decider, commit)) {
        if (!isWanted(tag.name)) continue;
        const places = carriers.get(to) ?? [];
        places.push({ stream: commit.stream, commit: commit.commit });
        carriers.set(to, places);
      }
    },
  };
};

const placeOf = ({ stream, commit }: Pick<TagEntry, 'stream' | 'commit'>): string => `${stream} ${commit}`;

/** The largest part of a filling; the rest of an item is the commit's other fields. */
const partBytes = dynamoDb.itemBytes - 16 * 1_024;

/** A filling as the events of as few commits as can hold it: the first one counts for all before it, the others follow it. */
const partsOf = (tag: string, value: string, entries: readonly TagEntry[]) => {
  const parts: TagEntry[][] = [[]];
  let bytes = 0;
  for (const entry of entries) {
    const size = itemSize(entry);
    if (bytes > 0 && bytes + size > partBytes) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)!.push(entry);
    bytes += size;
  }
  const [first = [], ...rest] = parts;
  const filling: TagFilling = { tag, value, entries: first };
  return [
    [storeEvent(tagEvents, { type: 'TagFilled', data: filling })],
    ...rest.map((part) => part.map((data) => storeEvent(tagEvents, { type: 'EventsTagged', data }))),
  ];
};

/** The commits of a filling, which are appended in one transaction. */
const commitsOf = ({ keys, mark }: Filling, stream: string, end: ChainEnd, at: string, parts: ReturnType<typeof partsOf>) => {
  const commits: Commit[] = [];
  let last = end;
  for (const events of parts) {
    const commit = last.commit + 1;
    const id = `fill/${stream}/${commit}`;
    const made: Commit = {
      ...{ stream, commit, version: last.version + events.length, events, command: id, at: latest(at, last.at) },
      meta: { actor: 'fill', correlation: id, causation: id },
      ...(last.hash !== '' && { prev: last.hash }),
      ...(mark !== undefined && { imported: mark }),
    };
    commits.push(made);
    last = chainEnd(keys, made);
  }
  return commits;
};

/**
 * Enters those events into one value of a tag that carry it and are not in it, exactly: the whole list of entries is appended in its right order, on
 * the condition that no command has entered anything meanwhile; otherwise it is made anew. Done again, it writes nothing. `isDry` only counts.
 * Answers the number of commits that were entered.
 */
export const fillTag = async (filling: Filling, stream: string, carriers: Carriers, isDry = false): Promise<number> => {
  const { store, keys, deciders } = filling;
  const found = async (place: Pick<Commit, 'stream' | 'commit'>): Promise<LateEntry> => {
    const commit = await store.find(place.stream, place.commit);
    const entry = commit && entriesOf(deciderOf(deciders, place.stream)!, commit).get(stream)?.entry;
    if (!entry) throw new Error(`${stream} has an entry of ${placeOf(place)}, which does not carry it: run foldstream verify.`);
    return { entry, at: commit.at };
  };
  return untilWon(`${stream} is written to all the time. Fill it again when fewer commands come.`, async () => {
    let end = chainStart;
    const commits: Commit[] = [];
    for await (const page of readAll(store, stream, { from: 1 })) commits.push(...page.commits);
    if (commits.length > 0) end = chainEnd(keys, commits.at(-1)!);
    const there = entriesIn(commits);
    const places = new Set(there.map(placeOf));
    const missing = (carriers.get(stream) ?? []).filter((place) => !places.has(placeOf(place)));
    if (missing.length === 0 || isDry) return missing.length;
    const [known, late] = [await Promise.all(there.map(found)), await Promise.all(missing.map(found))];
    const entries = inOneOrder(known, late);
    const { tag, value } = entries[0]!;
    const at = latest(...[...known, ...late].map((each) => each.at));
    const { stored } = await store.appendTogether(commitsOf(filling, stream, end, at, partsOf(tag, value, entries)), []);
    return stored ? missing.length : 'again';
  });
};

/** Says that all events of a late tag have been entered: from now on, commands may decide on it. */
export const completeTag = async ({ store }: Pick<Filling, 'store'>, tag: string, at: string): Promise<void> => {
  const [stream, id] = [completionStream(tag), `fill/${tag}`];
  const events = [storeEvent(tagEvents, { type: 'TagCompleted', data: { tag } })];
  const meta = { actor: 'fill', correlation: id, causation: id };
  await store.append({ stream, commit: 1, version: 1, events, command: id, at, meta });
};

/** Enters what some streams say into the tags that their events carry. Answers the number of commits that were entered, each once for each value. */
export const fillFrom = async (filling: Filling, streams: Iterable<string>): Promise<number> => {
  const { carriers, note } = carriersOf(filling.deciders);
  for (const stream of streams) {
    if (!deciderOf(filling.deciders, stream)?.tags) continue;
    for await (const { commits } of readAll(filling.store, stream, { from: 1 })) for (const commit of commits) note(commit);
  }
  let entered = 0;
  for (const stream of carriers.keys()) entered += await fillTag(filling, stream, carriers);
  return entered;
};
