import type { May } from './access.ts';
import type { Message, Recorded } from './message.ts';
import { type RowsPerStream, rowKey, type Source } from './projection.ts';

/** An event as the log has it: what happened where and when, who caused it, and as part of what; what it says only if asked for.
 * @example const line: LoggedEvent = { event: 'account-7f3a/2', type: 'MoneyDeposited', version: 2, ... };
 */
export type LoggedEvent = Readonly<{
  /** `<stream>/<version>`, unique for all time. */
  event: string;
  stream: string;
  version: number;
  commit: number;
  type: string;
  at: string;
  actor: string;
  correlation: string;
  causation: string;
  data?: unknown;
}>;

/** A view with one row for each event of some categories.
 * @example const log: EventLog = eventLog([account], { may: ['operator'] });
 */
export type EventLog = RowsPerStream<Readonly<Record<string, never>>, LoggedEvent, Message>;

type Options = Readonly<{
  may: May;
  /** `event-log` if not said. */
  name?: string;
  revision?: number;
  /** Whether the events' data is kept too: then the log holds whatever personal data they hold. */
  data?: boolean;
}>;

const logged = (event: Recorded, withData: boolean): LoggedEvent => {
  const { id, stream, version, commit, type, at, actor, correlation, causation, data } = event;
  return { event: id, stream, version, commit, type, at, actor, correlation, causation, ...(withData && { data }) };
};

/**
 * The view that audit, reports and tracing read: every event of some categories, by stream, and in lists by type, by actor, by
 * correlation and by day, each in the order of time. An event costs a write for itself and one in each of the four indexes, beside
 * the cursor's of its commit: about six units.
 * @example projections: [eventLog([account, parcel], { may: ['operator'] })] // GET /views/event-log?list=by-actor&by=ada&order=newest-first
 */
export const eventLog = (
  sources: readonly Source[],
  { may, name = 'event-log', revision = 1, data = false }: Options,
): EventLog => {
  const sort = ({ at }: LoggedEvent) => at;
  const write = (_: unknown, event: Recorded) => ({ memory: {}, rows: { [rowKey(event.version)]: logged(event, data) } });
  const types = sources.flatMap(({ events }) => Object.keys(events));
  return {
    kind: 'rows-per-stream',
    name,
    revision,
    from: sources,
    may,
    initial: {},
    on: Object.fromEntries(types.map((type) => [type, write])),
    lists: {
      'by-type': { by: ({ type }) => type, sort },
      'by-actor': { by: ({ actor }) => actor, sort },
      'by-correlation': { by: ({ correlation }) => correlation, sort },
      'by-day': { by: ({ at }) => at.slice(0, 10), sort },
    },
  };
};
