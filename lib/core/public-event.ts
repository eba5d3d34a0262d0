import type { Commit } from './commit.ts';
import type { AnyDecider } from './decider.ts';
import type { Recorded } from './message.ts';
import { forOutside } from './personal/personal.ts';
import { masked } from './personal/sealed.ts';
import { rowKey } from './projection.ts';
import { currentSchema } from './version.ts';

/** An event as other teams receive it: CloudEvents 1.0, structured JSON. Published format of 2026-11.
 * @example publicEvent(account, recorded)?.type; // 'AccountOpened'
 */
export type PublicEvent = Readonly<{
  specversion: '1.0';
  /** `<stream>/<version>`: the same on every repeat, so that consumers can deduplicate. */
  id: string;
  /** The category's namespace: `urn:foldstream:<category>`. Unique for all time together with the id. */
  source: string;
  type: string;
  /** The stream. */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  /** Names the version of the schema that `data` has. */
  dataschema: string;
  /** The event's version in its stream, in twelve digits: sorts as text, in the order in which it happened. */
  sequence: string;
  correlationid: string;
  traceparent?: string;
  data?: unknown;
  /** Replaces `data` that is too large for the bus: the place where it can be read. */
  dataref?: string;
}>;

type Publishes = Pick<AnyDecider, 'publishes' | 'publishesSince'>;

/** Compares with the commit's own time instead of a clock, so that the answer is always the same. */
const isFor = ({ publishes, publishesSince }: Publishes, type: string, { at, imported }: Pick<Commit, 'at' | 'imported'>) =>
  imported === undefined && publishes?.includes(type) === true && at >= (publishesSince?.[type] ?? '');

/**
 * True if a commit is announced at all. Imported commits are not: they were announced by their first system.
 * @example isPublished(account, commit); // true of the commit that opened it
 */
export const isPublished = (decider: Publishes, commit: Commit): boolean =>
  commit.events.some(({ type }) => isFor(decider, type, commit));

/**
 * An event as other teams receive it, its data in the current version; undefined if it is not public.
 * @example publicEvent(account, recorded)?.id; // 'account-7f3a/1'
 */
export const publicEvent = (
  decider: Publishes & Pick<AnyDecider, 'category' | 'events'>,
  event: Recorded,
): PublicEvent | undefined => {
  const { id, type, stream, version, at, correlation, traceparent, data } = event;
  if (!isFor(decider, type, event)) return undefined;
  const format = decider.events[type];
  const source = `urn:foldstream:${decider.category}`;
  return {
    specversion: '1.0',
    id,
    source,
    type,
    subject: stream,
    time: at,
    datacontenttype: 'application/json',
    dataschema: `${source}:${type}:v${format?.current}`,
    sequence: rowKey(version),
    correlationid: correlation,
    ...(traceparent !== undefined && { traceparent }),
    // Other personal values are for none of the teams that listen, sealed neither. What is revealed is opened on the way out.
    data: format ? forOutside(currentSchema(format), data) : masked(data),
  };
};
