import type { May } from './access.ts';
import type { Message, Recorded } from './message.ts';
import { rememberedType } from './process/events.ts';
import { type AnyProjection, operatorsGathering, type RowsPerStream, rowKey } from './projection.ts';
import type { Formats, Source } from './version.ts';

/** The type that identifies a process's own formats. */
const stepEndedType = 'StepEnded';

/**
 * An event in the log: its type, place and time, its cause and its trace; its data only if asked for.
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
 * @example const log: EventLog = eventLog([accountSource], { may: ['operator'] });
 */
export type EventLog<Name extends string = string> = RowsPerStream<
  Readonly<Record<string, never>>,
  LoggedEvent,
  Message,
  Name,
  'by-type' | 'by-actor' | 'by-correlation' | 'by-day',
  never
>;

/**
 * The list from which a trace reads the events of one correlation id.
 * @example reader.list({ list: byCorrelation, partition, direction: 'oldest-first', limit: 100 });
 */
export const byCorrelation = 'by-correlation';

type Options<Name extends string> = Readonly<{
  may: May;
  /** `event-log` if not said. */
  name?: Name;
  revision?: number;
  /** Also stores the events' data, with all the personal data in it. */
  data?: boolean;
  /** The seconds for which commits are gathered; 10 if not said, for nobody waits for a log. */
  gatherSeconds?: number;
}>;

const logged = (event: Recorded, withData: boolean): LoggedEvent => {
  const { id, stream, version, commit, type, at, actor, correlation, causation, data } = event;
  return { event: id, stream, version, commit, type, at, actor, correlation, causation, ...(withData && { data }) };
};

const writer = (withData: boolean) => (_: unknown, event: Recorded) => ({
  memory: {},
  rows: { [rowKey(event.version)]: logged(event, withData) },
});

/**
 * The handlers that make a log's rows, for any categories: the hash of a log's code is theirs, and they tell a log from a manifest's own views.
 * @example Object.values(log.on)[0] === logWriters.bare; // true of a log without data
 */
export const logWriters = { bare: writer(false), full: writer(true) } as const;

/** A process's bookkeeping events, which end each of its commits: nobody reads a log for them, and they would cost as much. */
const isBookkeeping = (events: Formats, type: string): boolean =>
  Object.hasOwn(events, stepEndedType) && (type === rememberedType || type === stepEndedType);

/**
 * The view for audits, reports and traces: every event of some categories, by stream, and in lists by type, by actor, by correlation and by day, each
 * in the order of time. An event costs one write for itself and one in each of the four indexes, beside the cursor's of its commit: about six units.
 * @example projections: [eventLog([accountSource, parcelSource], { may: ['operator'] })] // GET /views/event-log?list=by-actor&by=ada&order=newest-first
 */
export const eventLog = <const Name extends string = 'event-log'>(
  sources: readonly Source[],
  { may, name = 'event-log' as Name, revision = 1, data = false, gatherSeconds = operatorsGathering }: Options<Name>,
): EventLog<NoInfer<Name>> => {
  const sort = ({ at }: LoggedEvent) => at;
  const write = data ? logWriters.full : logWriters.bare;
  const types = sources.flatMap(({ events }) => Object.keys(events).filter((type) => !isBookkeeping(events, type)));
  return {
    kind: 'rows-per-stream',
    name,
    revision,
    from: sources,
    may,
    gatherSeconds,
    initial: {},
    on: Object.fromEntries(types.map((type) => [type, write])),
    lists: {
      'by-type': { by: ({ type }) => type, sort },
      'by-actor': { by: ({ actor }) => actor, sort },
      [byCorrelation]: { by: ({ correlation }) => correlation, sort },
      'by-day': { by: ({ at }) => at.slice(0, 10), sort },
    },
  };
};

/**
 * True if a view is an event log: the one kind that lists events by correlation.
 * @example isEventLog(eventLog([accountSource], { may: ['operator'] })); // true
 */
export const isEventLog = ({ on }: Pick<AnyProjection, 'on'>): boolean =>
  Object.values(on).some((handler) => handler === logWriters.bare || handler === logWriters.full);
