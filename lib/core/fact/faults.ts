import type { AnyDecider } from '../decider.ts';

/** Facts are streams of aggregates that the manifest has. */
export const factFaults = (aggregates: readonly AnyDecider[]): string[] =>
  aggregates.flatMap(({ category, commands }) =>
    Object.entries(commands).flatMap(([name, { facts = {} }]) =>
      Object.entries(facts)
        .filter(([, { decider }]) => !aggregates.some((one) => one.category === decider.category))
        .map(
          ([fact, { decider }]) =>
            `${category}: ${name} decides on the fact ${fact}, but the manifest has no aggregate ${decider.category}.`,
        ),
    ),
  );
