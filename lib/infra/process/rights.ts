import { targetsOf } from '../../core/process/performs.ts';
import type { AnyProcess } from '../../core/process/process.ts';
import { appendedAlong, withThoseAlong } from '../../core/together/along.ts';
import type { Step } from '../kit/step.ts';
import type { EventStore } from '../store/event-store.ts';
import { categoryOf, streamsOf, tagStreamsOf, uniqueOf } from '../store/stream-keys.ts';

/** Reads the streams that a process reacts to; appends to its own and to those that it sends commands to; keeps their folded states, its cursors and its
 * deadlines. */
export const letReact = (step: Step, store: EventStore, process: AnyProcess): void => {
  const { category, from } = process;
  const sends = withThoseAlong(process.sends);
  const written = [...new Set([category, ...[...targetsOf(process), ...sends].map((decider) => decider.category)])];
  const read = [...new Set([...from.map((source) => source.category), ...written])];
  store.letUse(step, 'commits', ['GetItem', 'Query'], streamsOf(read));
  store.letUse(step, 'commits', ['PutItem'], streamsOf(written));
  const tags = tagStreamsOf(sends);
  const kernel = [...uniqueOf(sends), ...tags];
  if (kernel.length > 0) store.letUse(step, 'commits', ['GetItem', 'PutItem', 'Query'], kernel);
  store.letKnowComplete(step, sends);
  const checked = [...streamsOf(appendedAlong(process.sends).map(categoryOf)), ...tags];
  if (checked.length > 0) store.letUse(step, 'commits', ['ConditionCheckItem'], checked);
  store.letUse(step, 'snapshots', ['GetItem', 'PutItem'], [...streamsOf(written), ...tags]);
  store.letReadFacts(step, sends, written);
  store.letUse(step, 'control', ['GetItem', 'PutItem'], [`cursor/${category}/*`]);
  store.letUse(step, 'deadlines', ['GetItem', 'PutItem', 'DeleteItem'], [`${category}/*`]);
  // Those of earlier releases.
  store.letUse(step, 'control', ['GetItem', 'DeleteItem'], [`deadline/${category}-*`]);
};
