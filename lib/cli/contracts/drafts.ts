import { exampleOf } from '../../core/made-up.ts';
import { type Samples, type Storing, sampleName, storedBy } from './present.ts';

/** A golden sample that is missing, with made-up data that its schema takes; without `data` none was found. */
export type Draft = Readonly<{ name: string; content: Readonly<{ type: string; v: number; data?: unknown }> }>;

/** A first sample for each version of each event that has none. Made-up data shows the shape alone: a person puts in what really occurs. */
export const draftsOf = (manifest: Storing, samples: Samples): readonly Draft[] =>
  storedBy(manifest).flatMap(({ category, events }) =>
    Object.entries(events).flatMap(([type, { schemas }]) =>
      schemas.flatMap((schema, i): readonly Draft[] => {
        const name = sampleName(category, type, i + 1);
        return name in samples ? [] : [{ name, content: { type, v: i + 1, ...exampleOf(schema) } }];
      }),
    ),
  );
