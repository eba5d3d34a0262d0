import { manifest } from '../../../domains/contexts.ts';
import { decidersOf, fold, type Message, parseStream, readEvent } from '../../../lib/index.ts';
import type { AtRest } from '../../../lib/testing/simulator.ts';

const deciders = new Map(decidersOf(manifest).map((decider) => [decider.category, decider]));

export type StateAtRest = Readonly<{ stream: string; id: string; events: readonly Message[]; state: unknown }>;

/** All streams of a category, each with its events as they are read today, and its state. */
export const statesOf = (streams: AtRest['streams'], category: string): readonly StateAtRest[] => {
  const decider = deciders.get(category)!;
  return [...streams].flatMap(([stream, commits]) => {
    const parsed = parseStream(stream);
    if (parsed?.category !== category) return [];
    const events = commits.flatMap((commit) => commit.events).map((event) => readEvent(decider.events, event));
    return [{ stream, id: parsed.id, events, state: fold(decider, decider.initial, events) }];
  });
};
