import type { May } from './access.ts';
import type { Message, Recorded } from './message.ts';
import { rememberedType } from './process/events.ts';
import { type AnyProjection, type List, operatorsGathering, type RowPerCommit } from './projection.ts';
import type { Formats, Source } from './version.ts';

/** The type that identifies a process's own formats. */
const stepEndedType = 'StepEnded';

/**
 * A commit in the log: its events, place and time, its cause and its trace; the events' data only if asked for.
 * @example const line: LoggedCommit = { stream: 'account-7f3a', commit: 2, version: 2, events: [{ type: 'MoneyDeposited' }], ... };
 */
export type LoggedCommit = Readonly<{
  stream: string;
  commit: number;
  /** That of its last event in the log. */
  version: number;
  /** `tooLarge` in the place of data that the row has no room for: the commit has it. */
  events: readonly Readonly<{ type: string; version: number; data?: unknown; tooLarge?: true }>[];
  at: string;
  actor: string;
  correlation: string;
  causation: string;
}>;

/**
 * The list from which a trace reads the commits of one correlation id: every log has it.
 * @example reader.list({ list: byCorrelation, partition, direction: 'oldest-first', limit: 100 });
 */
export const byCorrelation = 'by-correlation';

/**
 * Lists that a log can have beside that by correlation, each for one more write unit for each commit.
 * @example eventLog([accountSource], { may: ['operator'], lists: ['by-actor', 'by-day'] });
 */
export type LogList = 'by-actor' | 'by-day';

/** The name of the event log, unless its declaration has another. */
export const eventLogName = 'event-log';

/** A view with one row for each commit of some categories.
 * @example const log: EventLog = eventLog([accountSource], { may: ['operator'] });
 */
export type EventLog<Name extends string = string, Lists extends LogList = LogList> = RowPerCommit<
  LoggedCommit,
  Message,
  Name,
  typeof byCorrelation | Lists,
  never
>;

type Options<Name extends string, Lists extends LogList> = Readonly<{
  may: May;
  /** `event-log` if not said. */
  name?: Name;
  revision?: number;
  /** Also stores the events' data, with all the personal data in it. */
  data?: boolean;
  lists?: readonly Lists[];
  /** The seconds for which commits are gathered; 10 if not said, for nobody waits for a log. */
  gatherSeconds?: number;
}>;

/** A row takes the data of its events up to so many characters: with three bytes each they fit into an item. */
const mostData = 100_000;
/** The characters of the data in a row: counted once for each event, however many a commit has. */
const sizes = /* @__PURE__ */ new WeakMap<LoggedCommit, number>();

/** A row with an event more. */
const writer =
  (withData: boolean) =>
  (row: LoggedCommit | undefined, event: Recorded): LoggedCommit => {
    const { stream, version, commit, type, at, actor, correlation, causation, data } = event;
    const size = withData ? ((row && sizes.get(row)) ?? 0) + (JSON.stringify(data)?.length ?? 0) : 0;
    const said = withData && (size > mostData ? { tooLarge: true as const } : { data });
    const events = [...(row?.events ?? []), { type, version, ...said }];
    const next: LoggedCommit = { stream, commit, version, events, at, actor, correlation, causation };
    sizes.set(next, size);
    return next;
  };

/**
 * The handlers that make a log's rows, for any categories: the hash of a log's code is theirs, and they tell a log from a manifest's own views.
 * @example Object.values(log.on)[0] === logWriters.bare; // true of a log without data
 */
export const logWriters = { bare: /* @__PURE__ */ writer(false), full: /* @__PURE__ */ writer(true) } as const;

/** A day is one key for the whole system, and one actor may be a machine: a partition takes 1,000 write units a second. */
const shards = 8;
const sort = ({ at }: LoggedCommit) => at;

/**
 * The declaration of the list by correlation: an entry for each run of a stream's commits, of its keys alone, since a reader reads the run's rows anyway.
 * @example byRuns(table, correlationList).list({ list: byCorrelation, ... });
 */
export const correlationList: List<LoggedCommit> = { by: ({ correlation }) => correlation, sort, runs: true, keysOnly: true };

const others: Readonly<Record<LogList, List<LoggedCommit>>> = {
  'by-actor': { by: ({ actor }) => actor, sort, shards },
  'by-day': { by: ({ at }) => at.slice(0, 10), sort, shards },
};

/** A process's bookkeeping events, which end each of its commits: nobody reads a log for them, and they would cost as much. */
const isBookkeeping = (events: Formats, type: string): boolean =>
  Object.hasOwn(events, stepEndedType) && (type === rememberedType || type === stepEndedType);

/**
 * The view for traces, audits and reports: every commit of some categories, by stream, and in a list by correlation, in the order of time. A commit costs one write unit for its row, and one more
 * for a place in that list, unless the stream's commit before it has the same correlation: then it stands behind that. Each of `lists` costs one more.
 * @example projections: [eventLog([accountSource, parcelSource], { may: ['operator'] })] // GET /views/event-log?list=by-correlation&by=c-1
 */
export const eventLog = <const Name extends string = typeof eventLogName, const Lists extends LogList = never>(
  sources: readonly Source[],
  {
    may,
    name = eventLogName as Name,
    revision = 3,
    data = false,
    lists = [],
    gatherSeconds = operatorsGathering,
  }: Options<Name, Lists>,
): EventLog<NoInfer<Name>, NoInfer<Lists>> => {
  const write = data ? logWriters.full : logWriters.bare;
  const types = sources.flatMap(({ events }) => Object.keys(events).filter((type) => !isBookkeeping(events, type)));
  const declared = [[byCorrelation, correlationList], ...lists.map((list) => [list, others[list]])];
  return {
    kind: 'row-per-commit',
    name,
    revision,
    from: sources,
    may,
    gatherSeconds,
    on: Object.fromEntries(types.map((type) => [type, write])),
    lists: Object.fromEntries(declared),
  };
};

/**
 * True if a view is an event log: the one kind that lists events by correlation.
 * @example isEventLog(eventLog([accountSource], { may: ['operator'] })); // true
 */
export const isEventLog = ({ on }: Pick<AnyProjection, 'on'>): boolean =>
  Object.values(on).some((handler) => handler === logWriters.bare || handler === logWriters.full);
