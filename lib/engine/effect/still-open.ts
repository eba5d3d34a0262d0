import type { Commit } from '../../core/commit.ts';
import { performanceEvents } from '../../core/effect/events.ts';

/** The time from which there is something to do for a performance, judged by its last commit; undefined: nothing is left to do. */
export const dueAt = (last: Pick<Commit, 'events' | 'at'>): string | undefined => {
  const event = performanceEvents(last).at(-1);
  if (event?.type === 'EffectRequested' || event?.type === 'EffectRetried') return last.at;
  if (event?.type === 'EffectTried') return event.data.until;
  return event?.type === 'EffectFailed' ? event.data.again : undefined;
};
