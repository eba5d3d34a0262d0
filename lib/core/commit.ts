import type { Message, Recorded } from './message.ts';
import { parseStream } from './stream.ts';

/** An event as it is stored: its type, the version of its schema, its data in that version's shape.
 * @example const stored: StoredEvent = { type: 'MoneyDeposited', v: 2, data: { amount: 5, currency: 'EUR' } };
 */
export type StoredEvent = Readonly<{ type: string; v: number; data: unknown }>;

/**
 * The cause of a commit: who, from where, and as part of what. The actor is an opaque id, the network a truncated address.
 * @example const meta: Meta = { actor: 'sub-1', correlation: 'c-1', causation: 'request-1' };
 */
export type Meta = Readonly<{
  actor: string;
  correlation: string;
  causation: string;
  network?: string;
  traceparent?: string;
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
  /** An import's mark, outside of the hash. */
  imported?: string;
}>;

/** The version that a stream had before a commit.
 * @example versionBefore({ ...commit, version: 7, events: [a, b] }); // 5
 */
export const versionBefore = (commit: Pick<Commit, 'version' | 'events'>): number => commit.version - commit.events.length;

/** The events of a commit with their places, their data read by `read` into today's shapes.
 * @example const events = recordedEvents(commit, (stored) => readEvent(accountEvents, stored));
 */
export const recordedEvents = (commit: Commit, read: (stored: StoredEvent) => Message): readonly Recorded[] => {
  const before = versionBefore(commit);
  const entityId = parseStream(commit.stream)?.id ?? commit.stream;
  return commit.events.map((stored, i) => ({
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
