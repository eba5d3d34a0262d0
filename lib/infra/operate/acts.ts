import { isProtected, type Settings } from '../kit/stage.ts';
import type { Step } from '../kit/step.ts';
import type { EventStore } from '../store/event-store.ts';

/** Lets a function keep what operators did to consumers, and tells it whether they must say why. */
export const letKeepActs = (step: Step, { store, settings }: Readonly<{ store: EventStore; settings: Settings }>): void => {
  store.letUse(step, 'control', ['GetItem', 'PutItem'], ['acts/*']);
  if (isProtected(settings)) step.addEnvironment('PROTECTED', 'true');
};
