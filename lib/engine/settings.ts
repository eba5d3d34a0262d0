import { sqs } from './limits.ts';

/** The settings of a deployment; each figure's reason is beside it. */
export type Settings = Readonly<typeof defaultSettings>;

export const defaultSettings = {
  /** Tries of one command against lost races before it answers 409. With 12, one in fifty gave up among 32 writers at 30 ms a request. */
  tries: 16,
  /** Full jitter: the wait after the second lost race is anything up to this, or up to two requests, and doubles with each further one. */
  backoffMilliseconds: 25,
  backoffCeilingMilliseconds: 1_000,
  /** A cached state, or head of a view, older than this is read again before anything is written on it: see the design's rule on restored tables. */
  cacheAgeMilliseconds: 5 * 60_000,
  /** What an instance keeps: states of a command's function, or heads of a view's. */
  cacheBytes: 32 * 1024 * 1024,
  /** About 40 commits of 250-byte events: 7 read units for a cold load, 3 write units for a snapshot. */
  snapshotBytes: 24 * 1024,
  /**
   * The number of Idempotency-Keys that a stream remembers; and, separately, of the ids of processes' commands, before older commits are
   * searched.
   */
  idempotencyWindow: 256,
  /** The time that a query with `Consistent-With` waits for its view: less than a caller waits, and many times what a view usually takes. */
  consistentWithinMilliseconds: 3_000,
  eventsPerCommit: 1_000,
  /** The most bytes of a history that are folded for one state of the past: some 2,000 read units, and less than a second of folding. */
  pastBytes: 8 * 1024 * 1024,
};

/**
 * The time that an imported commit may be ahead of the clock: the difference between the clocks of two machines. The times of a stream
 * never go back, so a commit from the future would date everything after it.
 */
export const importAheadMilliseconds = 5 * 60_000;

/** The limits of the sweep; each figure's reason is beside it. */
export type SweepSettings = Readonly<typeof sweepSettings>;

export const sweepSettings = {
  /** A look at each commit so long after it was stored, and again as long as it has not arrived: the longest delay of a queue, so that retries, consumers that
   * wait for a batch and deployments are over in most cases. */
  lookSeconds: sqs.delaySeconds,
  /** The looks in whose turn a commit that does not arrive is still noted: for five days, ten of which are taken. Then it is left to the next pass. */
  lookTurns: 512,
  /** The most bytes of a note of new commits: SQS counts a request for each 64 KB. */
  noteBytes: 60 * 1024,
  /** One segment for each run at most and a run each minute: a pass over a small table takes an hour. */
  segments: 60,
  /** Read units of one run while a pass is behind its time, about 40 MB of commits; else it is one page of up to a megabyte. It bounds the price: at most 216
   * million units a month, which is 1.6 TB. */
  unitsPerRun: 5_000,
  /** Commits of one request: with the cursors of their streams they stay far below the ceiling. */
  pageCommits: 1_000,
  /** The time over which a pass is spread. A longer one is logged as an error. */
  passMilliseconds: 31 * 24 * 3_600_000,
  /** A younger commit is still on its way: command, stream, bus and queue together take seconds, a retried batch a minute. */
  graceMilliseconds: 2 * 60_000,
  /** The difference of clocks within which a commit counts as checked by its time alone. */
  clockMilliseconds: 15 * 60_000,
  /** Every so many passes a segment's streams are all checked, whatever the times of their commits: no wrong clock hides a loss for longer. */
  thoroughEvery: 12,
  /** Above this many waiting messages a consumer is late, not short of anything: more messages would not help it. */
  backlog: 100,
  /** The most repairs of one run for each consumer: after an outage repairs come in portions, and do not flood the live commits. */
  repairsPerConsumer: 1_000,
  /** When a run begins no further page; the function's own timeout is twice as long. */
  runMilliseconds: 30_000,
};

/** The limits of a process's work on one instance; each figure's reason is beside it. */
export type ProcessSettings = Readonly<typeof processSettings>;

export const processSettings = {
  /** Steps of one instance at a time, each with its sends and a commit: as many as fit into the time below. What is left takes another of the 25 tries of the
   * record, after a pause that is longer each time: with 25 steps, 600 commands to one target took half an hour and all of them. */
  turns: 250,
  /** The last steps of an instance that are looked at for what they closed where a record comes again: more than most instances have. A deadline that an older one
   * closed does nothing when it fires. */
  lastSteps: 25,
  /** When no further step is begun; the function's own timeout is twice as long. */
  attendMilliseconds: 10_000,
  /** Events of one source commit that an instance reacts to in one commit of its own; more are spread over several. Each may raise some events, and keep itself
   * in full where it has to wait: far below the most events, and the most bytes, of a commit. Neither ever changes: the ids of decisions number the portions,
   * and with others of another size some events would be reacted to twice, or not at all. */
  causesAtOnce: 100,
  causeBytes: 128 * 1024,
  /** Source commits between two writes of a cursor: the most that is repeated after a crash. */
  commitsAtOnce: 25,
  /** A deadline that should have fired so long ago is sent by the sweep. */
  graceMilliseconds: 2 * 60_000,
};

/** The limits of a schedule's runs; each figure's reason is beside it. */
export type ScheduleSettings = Readonly<typeof scheduleSettings>;

export const scheduleSettings = {
  /** Rows of one page, after which the progress is saved: the most that is sent again after a crash. */
  pageRows: 500,
  /** Commands at a time: a page takes about a second. */
  atOnce: 16,
  /** More rows than these failing is no fault of single rows: the run stops where it is. Their keys are kept in one item. */
  mostFailed: 500,
  /** When no further portion is begun; the function's own timeout is twice as long. */
  lookMilliseconds: 30_000,
  /** A time that is late by more than this was missed, for a schedule that leaves out what it missed. */
  missedMilliseconds: 15 * 60_000,
  /** The sweep sends what is due for so long, and has not moved for so long. */
  graceMilliseconds: 2 * 60_000,
  /** A schedule that is late by more than this raises an alarm. */
  lateMilliseconds: 10 * 60_000,
};
