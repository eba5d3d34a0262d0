import type { Step } from '../kit/step.ts';
import type { EventStore } from '../store/event-store.ts';

/** Lets a function keep what operators did to consumers, and why. */
export const letKeepActs = (step: Step, store: Pick<EventStore, 'letUse'>): void =>
  store.letUse(step, 'control', ['GetItem', 'PutItem'], ['acts/*']);
