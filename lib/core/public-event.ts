import { type Commit, versionBefore } from './commit.ts';
import type { AnyDecider } from './decider.ts';
import { rowKey } from './projection.ts';
import { readEvent } from './version.ts';

/** An event as other teams receive it: CloudEvents 1.0, structured JSON. Published format of 2026-11.
 * @example publicEvent(account, commit, 0)?.type; // 'AccountOpened'
 */
export type PublicEvent = Readonly<{
  specversion: '1.0';
  /** `<stream>/<version>`: the same whenever it is sent again, by which a consumer knows a repeat. */
  id: string;
  /** Whose language it is: `urn:foldstream:<category>`. With the id unique for all time. */
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
  /** Stands for `data` that is too large for the bus: where it can be read. */
  dataref?: string;
}>;

/** Whether other teams hear of a commit at all. What is imported was news somewhere else, and long ago.
 * @example isPublished(account, commit); // true of the commit that opened it
 */
export const isPublished = ({ publishes }: Pick<AnyDecider, 'publishes'>, { events, imported }: Commit): boolean =>
  imported === undefined && events.some(({ type }) => publishes?.includes(type));

/** The event at a position of a commit as other teams receive it, its data in today's shape; undefined if it is not for them.
 * @example publicEvent(account, commit, 0)?.id; // 'account-7f3a/1'
 */
export const publicEvent = (
  decider: Pick<AnyDecider, 'category' | 'events' | 'publishes'>,
  commit: Commit,
  position: number,
): PublicEvent | undefined => {
  const stored = commit.events[position];
  if (commit.imported !== undefined || !stored || !decider.publishes?.includes(stored.type)) return undefined;
  const { type, data } = readEvent(decider.events, stored);
  const version = versionBefore(commit) + position + 1;
  const source = `urn:foldstream:${decider.category}`;
  const { correlation, traceparent } = commit.meta;
  return {
    specversion: '1.0',
    id: `${commit.stream}/${version}`,
    source,
    type,
    subject: commit.stream,
    time: commit.at,
    datacontenttype: 'application/json',
    dataschema: `${source}:${type}:v${decider.events[type]?.current}`,
    sequence: rowKey(version),
    correlationid: correlation,
    ...(traceparent !== undefined && { traceparent }),
    data,
  };
};
