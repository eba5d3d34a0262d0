import * as z from 'zod';

const ofConsumer = z.strictObject({
  /** The reason, for those who read the settings. */
  why: z.string().trim().min(1),
  maximumConcurrency: z.int().min(2).max(1_000),
});

/** The functions at once of single consumers, by the name of the view, by the category of the process, or `public-events`. */
export const consumersSetting = z.record(z.string(), ofConsumer);

/** The most functions of a consumer at once: its own setting, or that of all.
 * @example functionsOf({ maximumConcurrency: 20, consumers: {} }, 'account-balance'); // 20
 */
export const functionsOf = (
  { maximumConcurrency, consumers }: Readonly<{ maximumConcurrency: number; consumers: z.output<typeof consumersSetting> }>,
  name: string,
): number => consumers[name]?.maximumConcurrency ?? maximumConcurrency;

const reserved = z.int().min(1).max(100_000).optional();

/**
 * The functions at once that are kept free, for each function that handles commands, for the one that answers queries, and for the publisher. Each is a
 * ceiling too.
 */
export const reservedSetting = z.strictObject({
  commands: reserved,
  queries: reserved,
  // With less it would not keep up with one shard of the table's stream, of which it takes four batches at a time.
  publisher: z.int().min(4).max(100_000).optional(),
});

export type Reserved = z.output<typeof reservedSetting>;
