import type { Actor } from '../../core/access.ts';
import type { Commit, Meta } from '../../core/commit.ts';
import type { Refusal } from '../../core/decider.ts';
import type { Message } from '../../core/message.ts';
import type { Sealing } from '../personal/ports.ts';
import type { Keys } from '../ports.ts';
import type { Loading } from '../store/load.ts';
import type { StateCache } from './cache.ts';

/** A command on its way: whose, to which stream, under which id, as part of what. */
export type CommandRequest = Readonly<{
  stream: string;
  command: Message;
  actor: Actor;
  /** The command's id: the same id takes effect at most once. */
  id: string;
  /** Distinguishes a retry under an id from another command under the same one; absent for an id that cannot be retried. */
  digest?: string;
  /** The same under the keys that are valid beside the one in use, while it is changed. */
  otherDigests?: readonly string[];
  /** The version that the caller has seen, if the command is for that version only. */
  expectedVersion?: number;
  /** The time of what caused it, which its commit is never before. */
  causeAt?: string;
  /** An earlier commit under the same id is not older than this, if the cause has no time of our own clocks. */
  notBefore?: string;
  /** A process's step in its own stream: without events it leaves no commit, since nobody asks for its outcome. */
  leavesNoTrace?: true;
  /** The stream is taken for new without being read, which its append tells: NotNew is thrown where it is not. */
  isNew?: true;
  /** Another command takes it along, whose sender need not be one who may send this one alone. It leaves a trace on the stream of that command only. */
  isAlong?: true;
  meta: Omit<Meta, 'actor'>;
}>;

export type CommandAnswer =
  | Readonly<{ outcome: 'committed'; commit: Commit }>
  | Readonly<{ outcome: 'unchanged'; stream: string; version: number; commit: number }>
  | Readonly<{ outcome: 'refused'; refusal: Refusal; version?: number }>
  | Readonly<{ outcome: 'forbidden' }>
  | Readonly<{ outcome: 'stale'; version: number }>
  | Readonly<{ outcome: 'id-reused' }>
  | Readonly<{ outcome: 'too-large'; size: number; limit: number; unit: 'bytes' | 'events' | 'facts' | 'streams' }>
  | Readonly<{ outcome: 'contended'; tries: number }>;

/** The ports of other aggregates whose streams a decider's commands name, by category. */
export type Others = ReadonlyMap<string, Commanding>;

/** `personal`: what personal values are sealed with; a decider without any needs none. */
export type Commanding = Loading & Readonly<{ cache: StateCache; keys: Keys; others?: Others; personal?: Sealing }>;

/** The ports of an aggregate whose streams a decider's commands name. */
export const otherOf = (commanding: Commanding, category: string): Commanding => {
  const { decider, others } = commanding;
  if (category === decider.category) return commanding;
  const other = others?.get(category);
  if (!other)
    throw new Error(`A command of ${decider.category} names streams of ${category}, which this function was not given.`);
  return other;
};
