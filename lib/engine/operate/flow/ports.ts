/** What a category's commands, or the whole API, were asked in a minute, on the average of some minutes. */
export type Rate = Readonly<{ perMinute: number; errorsPerMinute: number }>;

/** Rates as the cloud measured them. A name without a figure was not measured. */
export type Rates = Readonly<{
  /** When they were read. */
  at: string;
  api?: Rate;
  commands: ReadonlyMap<string, Rate & Readonly<{ throttledPerMinute: number }>>;
  publisher?: Pick<Rate, 'errorsPerMinute'>;
  /** Messages that arrived in a queue, by its name. */
  queues: ReadonlyMap<string, number>;
}>;

/** Reads the rates; undefined where nothing measures them. */
export type ReadRates = (queues: readonly string[]) => Promise<Rates | undefined>;
