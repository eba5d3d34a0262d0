import { versionBefore } from '../../../core/commit.ts';
import { type Book, deadlineKey, type Of, resolutionKey, type Streams, statusOf } from './instance-book.ts';

type Occasion = Of<'Reacted'>['occasion'];

const keyOf = (occasion: Occasion): string => {
  if ('event' in occasion) return `event ${occasion.event.id}`;
  if ('resolved' in occasion) return resolutionKey;
  return 'deadline' in occasion ? deadlineKey(occasion.deadline) : `outcome ${occasion.send}`;
};

const deadlineFault = (
  { deadlines, fired }: Book,
  { name, setBy, dueAt }: Extract<Occasion, { deadline: unknown }>['deadline'],
  at: string,
): string | undefined => {
  const open = deadlines.get(name);
  const waited = fired.delete(deadlineKey({ name, setBy }));
  if (!waited && (open?.setBy !== setBy || open.at !== dueAt))
    return `reacts to the deadline '${name}' (${setBy}), which is not open`;
  if (at < dueAt) return `reacts to the deadline '${name}' before its time`;
  if (!waited) deadlines.delete(name);
  return undefined;
};

const eventFault = (
  streams: Streams,
  { id, type, at: eventAt }: Extract<Occasion, { event: unknown }>['event'],
  at: string,
): string | undefined => {
  const [, source = '', place] = /^(.*)\/(\d+)$/.exec(id) ?? [];
  const version = Number(place);
  const commit = streams.get(source)?.find((each) => version > versionBefore(each) && version <= each.version);
  const event = commit?.events[version - versionBefore(commit) - 1];
  if (event?.type !== type || commit?.at !== eventAt) return `reacts to ${id}, which is not there`;
  if (at < eventAt) return `reacts to ${id} before it happened`;
  return commit.imported === undefined ? undefined : `reacts to ${id}, which was imported`;
};

/** The faults of a reaction's cause: it must exist, be used once, and in its turn. */
export const reactionFault = (book: Book, streams: Streams, { occasion }: Of<'Reacted'>, at: string): string | undefined => {
  const { deferred, reactedTo, sends, taking } = book;
  const key = keyOf(occasion);
  if (statusOf(book) !== 'running') return `reacts while it is ${statusOf(book)}`;
  if (taking === undefined && deferred.length > 0) return `reacts to the ${key} before what was deferred`;
  if (taking !== undefined && taking !== key) return `reacts to the ${key}, and took up the ${taking}`;
  book.taking = undefined;
  if ('deadline' in occasion) return deadlineFault(book, occasion.deadline, at);
  if (reactedTo.has(key)) return `reacts twice to the ${key}`;
  reactedTo.add(key);
  if ('event' in occasion) return eventFault(streams, occasion.event, at);
  if ('resolved' in occasion) return book.resolved ? undefined : 'reacts to being resolved, which nobody did before it ended';
  const send = sends.get(occasion.send);
  const refused = occasion.outcome === 'refused';
  const isKnown = send?.performs
    ? send.told.some(({ how }) => (how === 'answered' ? 'done' : how) === occasion.outcome)
    : send?.outcomes.some((outcome) => outcome.refused === refused);
  return isKnown ? undefined : `reacts to the ${key}, which it does not have`;
};
