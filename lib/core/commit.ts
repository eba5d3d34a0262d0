import type { Message, Recorded } from './message.ts';
import { wholeData } from './personal/sealed.ts';
import { parseStream } from './stream.ts';

/** An event as it is stored: its type, the version of its schema, its data in that version's shape.
 * @example const stored: StoredEvent = { type: 'MoneyDeposited', v: 2, data: { amount: 5, currency: 'EUR' } };
 */
export type StoredEvent = Readonly<{ type: string; v: number; data: unknown }>;

/**
 * The cause of a commit: who, and as part of what. The actor is an opaque id. Commits of before 2026-12 have a cut network address.
 * @example const meta: Meta = { actor: 'sub-1', correlation: 'c-1', causation: 'request-1' };
 */
export type Meta = Readonly<{
  actor: string;
  correlation: string;
  causation: string;
  network?: string;
  traceparent?: string;
  /** Why, in the words of whoever sent the command, where they gave a reason. Since 2026-12. */
  why?: string;
}>;

/**
 * The trace context: passed on from each cause to its consequences.
 * @example const trail: Trail = { correlation: 'c-1', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
 */
export type Trail = Pick<Meta, 'correlation' | 'traceparent'>;

/**
 * The trace context that a consequence takes over from its cause.
 * @example const meta = { ...trailOf(commit.meta), causation: event.id };
 */
export const trailOf = ({ correlation, traceparent }: Trail): Trail => ({
  correlation,
  ...(traceparent !== undefined && { traceparent }),
});

/**
 * The signed record of a purge: what went, who removed it, when and why. Stored format of 2026-11.
 * @example const purge: Purge = { commits: 3, version: 5, events: 5, types: ['AccountOpened'], last: '…', hash: '…', at, by: 'ada', why: 'request 4711', proof: '…' };
 */
export type Purge = Readonly<{
  /** The commits from 1 to this number went. */
  commits: number;
  /** The version that the stream had. */
  version: number;
  events: number;
  /** The types of the events that went: who handles one of them is told. */
  types: readonly string[];
  /** The hash of the last commit, with which the hash chain ended. */
  last: string;
  /** SHA-256 over the hashes of all commits, in their order. */
  hash: string;
  at: string;
  by: string;
  why: string;
  /** HMAC over the stream's name and all of this, under a secret of the deployment that only purges have. */
  proof: string;
}>;

/** All the events that one command appended, stored and delivered as one. Stored format of 2026-11.
 * @example const first = commit.version === commit.events.length; // the commit that took its stream from version 0
 */
export type Commit = Readonly<{
  stream: string;
  /** 1, 2, 3, ... in its stream, with no holes. */
  commit: number;
  /** The version of its last event; unchanged when it has none. */
  version: number;
  events: readonly StoredEvent[];
  /** The id of the command that made it: `http/...`, `process/...` or `hook/...`. */
  command: string;
  /** Keyed digest of caller, command name and body; absent where the command's id was made for this one request. */
  digest?: string;
  at: string;
  meta: Meta;
  /** Hash of the predecessor; absent on the first. */
  prev?: string;
  /** The refusal of a process's command; only on a commit without events. */
  refused?: Readonly<{ reason: string; detail?: unknown }>;
  /** The other commits of the same transaction. */
  siblings?: readonly Readonly<{ stream: string; commit: number }>[];
  /** The guarded facts that it was decided on: other streams, and the last commit that each of them had, or 0. */
  facts?: readonly Readonly<{ stream: string; commit: number }>[];
  /** The encapsulations of the sealed personal values in its events, which refer to them by index. */
  sealed?: readonly string[];
  /** An import's mark, outside of the hash. */
  imported?: string;
  /** The stream was purged: the number of the commit that records it. What else a commit held is gone. */
  purged?: number;
  /** The record of the purge; only on that commit. */
  purge?: Purge;
}>;

/** The version that a stream had before a commit.
 * @example versionBefore({ ...commit, version: 7, events: [a, b] }); // 5
 */
export const versionBefore = (commit: Pick<Commit, 'version' | 'events'>): number => commit.version - commit.events.length;

/** The types by which consumers find a commit: those of its events, or of those that a purge removed.
 * @example typesOf(commit); // ['MoneyDeposited']
 */
export const typesOf = ({ events, purge }: Pick<Commit, 'events' | 'purge'>): readonly string[] =>
  purge ? purge.types : [...new Set(events.map(({ type }) => type))];

/** The events of a commit with their sealed values in the whole form, which does not need the commit. Whatever takes an event out of its commit, to read it or
 * to keep it elsewhere, takes it from here.
 * @example for (const stored of storedEvents(commit)) readEvent(accountEvents, stored);
 */
export const storedEvents = (commit: Commit): readonly StoredEvent[] => {
  const { sealed, stream, events } = commit;
  if (!sealed) return events;
  const before = versionBefore(commit);
  const entityId = parseStream(stream)?.id ?? stream;
  return events.map(({ type, v, data }, i) => ({
    type,
    v,
    data: wholeData(data, { event: `${stream}/${before + i + 1}`, type, entityId, sealed, events }),
  }));
};

/** The events of a commit with their places, their data read by `read` into today's shapes.
 * @example const events = recordedEvents(commit, (stored) => readEvent(accountEvents, stored));
 */
export const recordedEvents = (commit: Commit, read: (stored: StoredEvent) => Message): readonly Recorded[] => {
  const before = versionBefore(commit);
  const entityId = parseStream(commit.stream)?.id ?? commit.stream;
  return storedEvents(commit).map((stored, i) => ({
    ...read(stored),
    id: `${commit.stream}/${before + i + 1}`,
    stream: commit.stream,
    entityId,
    version: before + i + 1,
    commit: commit.commit,
    at: commit.at,
    actor: commit.meta.actor,
    correlation: commit.meta.correlation,
    causation: commit.meta.causation,
    ...(commit.meta.traceparent !== undefined && { traceparent: commit.meta.traceparent }),
    ...(commit.imported !== undefined && { imported: commit.imported }),
  }));
};
