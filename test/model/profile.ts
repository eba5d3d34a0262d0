/**
 * An item collection that some work writes, with the ids of one command left out: `{account}`, `{owner}`, `{transfer}`, `{id}`. Of a family there are `keys`, which
 * differ in digits (`#`) and are written evenly; without `keys` there are so many that none can be hot.
 */
export type KeyUse = Readonly<{
  /** The table, or `<table>/<index>`. */
  at: string;
  key: string;
  keys?: number;
  /** Write units for each unit of work. */
  units: number;
}>;

/** An item on which transactions meet, in the same form: its partition and its place in it. */
export type ItemUse = Readonly<{ at: string; item: string; items?: number; transactions: number }>;

/** The work of one function for one record: a command, or a commit that it was sent. */
export type Work = Readonly<{
  /** Of one call of the function, in model time: its requests, one after another or side by side as the engine's code has them. */
  milliseconds: number;
  requests: number;
  readUnits: number;
  writeUnits: number;
  uses: readonly KeyUse[];
  items: readonly ItemUse[];
}>;

/**
 * What a consumer does for one command: how many commits it is sent, to how many views each is handed, and the work of each, alone in a call and in a full
 * batch. Work of a group is that of its views together: its tables tell them apart.
 */
export type Consumed = Readonly<{ commits: number; handedTo?: number; alone: Work; full: Work }>;

/** One kind of command, and all that follows from it. */
export type CommandProfile = Readonly<{
  /** The function that answers it, new to the stream. */
  command: Work;
  /** Commits that go over the bus, their bytes, and the messages that the bus makes of them. */
  published: number;
  publishedBytes: number;
  matched: number;
  /** Calls of EventBridge Scheduler. */
  scheduled: number;
  consumers: Readonly<Record<string, Consumed>>;
}>;

/** What has a queue and a function: a view, a process, or a group of views. */
export type Consumer = Readonly<{
  kind: 'view' | 'process' | 'group';
  /** Of a group. */
  views?: readonly string[];
  batchSize: number;
  windowSeconds: number;
  /** The tables in which what a batch has of one owner is written to what the owner's commits share together. */
  merges?: readonly string[];
}>;

/** A release as the model knows it: recorded by its own code, over ports that note what is written where. */
export type Profile = Readonly<{
  /** The commit of this repository. */
  release: string;
  consumers: Readonly<Record<string, Consumer>>;
  commands: Readonly<Record<string, CommandProfile>>;
}>;
