import type { Commit } from '../../../core/commit.ts';
import type { ProcessEvent } from '../../../core/process/events.ts';

export type Of<T extends ProcessEvent['type']> = Extract<ProcessEvent, { type: T }>['data'];
export type Streams = ReadonlyMap<string, readonly Commit[]>;

/** A command that an instance decided, and what it knows of each attempt. */
type PastSend = {
  to: string;
  at: string;
  attempt: number;
  /** Stuck sends are closed until they are sent again; dropped ones waited behind a stuck one when an operator resolved it. */
  state: 'open' | 'closed' | 'dropped';
  outcomes: { attempt: number; commit: number; refused: boolean }[];
  /** Of an effect: what its stream told of each attempt. */
  performs?: true;
  told: { attempt: number; how: Of<'EffectEnded'>['how'] }[];
  /** The reaction to its outcome was put off, and later commands to its target went on meanwhile: sent again, it comes after them. */
  putOff?: true;
};

type Deadline = Readonly<{ name: string; setBy: number; at: string }>;

/** The bookkeeping of one instance while its events are read one after another. Causes are identified by a text. */
export type Book = {
  readonly stream: string;
  readonly sends: Map<number, PastSend>;
  readonly deadlines: Map<string, Deadline>;
  readonly reactedTo: Set<string>;
  /** Deadlines that wait as the cause of a mark. */
  readonly fired: Set<string>;
  readonly deferred: string[];
  /** Causes that were taken and not reacted to yet: some reactions decide nothing. */
  taking?: string | undefined;
  reactions: number;
  stuck: readonly number[];
  parked?: Readonly<{ cause: string; thrown: string }> | undefined;
  /** An operator ended it, and nothing else had: the declared reaction to that follows once. */
  resolved: boolean;
  /** The commands that followed on that. */
  readonly settling: Set<number>;
  ended?: string;
};

export const newBook = (stream: string): Book => ({
  stream,
  sends: new Map(),
  deadlines: new Map(),
  reactedTo: new Set(),
  fired: new Set(),
  deferred: [],
  reactions: 0,
  stuck: [],
  resolved: false,
  settling: new Set(),
});

export const statusOf = ({ parked, stuck, ended }: Book) => {
  if (parked) return 'parked';
  if (stuck.length > 0) return 'stuck';
  return ended === undefined ? 'running' : 'ended';
};

/** True if a command waits behind a stuck one. */
export const isHeld = ({ sends, stuck }: Book, { to }: PastSend) => stuck.some((number) => sends.get(number)?.to === to);

/** The commands without an outcome that could be sent. */
export const openSends = (book: Book) => [...book.sends].filter(([, send]) => send.state === 'open' && !isHeld(book, send));

/** The causes that could be taken up. */
export const waiting = (book: Book): readonly string[] => (statusOf(book) === 'running' ? book.deferred : []);

/** Removes deadlines from the open ones. Answers what is wrong with that. */
export const close = ({ deadlines }: Book, which: readonly Omit<Deadline, 'at'>[]): string | undefined => {
  for (const { name, setBy } of which) {
    if (deadlines.get(name)?.setBy !== setBy) return `closes the deadline '${name}' (${setBy}), which was not open`;
    deadlines.delete(name);
  }
  return undefined;
};

export const resolutionKey = 'resolution';

export const deadlineKey = ({ name, setBy }: Omit<Deadline, 'at'>) => `deadline ${name} ${setBy}`;
