import { isDeepStrictEqual } from 'node:util';
import type { Message } from '../core/message.ts';
import { type Formats, readEvent, storeEvent } from '../core/version.ts';
import { storable } from '../engine/store/storable.ts';
import { fail } from './difference.ts';

/** An event as a reader gets it after it was stored: refused where the format would not take it, or would change it. */
export const throughStore = (formats: Formats, event: Message): Message => {
  const { type } = event;
  const data = storable(event.data, `${type}.data`);
  const read = readEvent(formats, storeEvent(formats, { type, data }));
  if (!isDeepStrictEqual(storable(read.data), data))
    fail({
      title: `${type} is not read back as what was stored: its format drops or changes something.`,
      came: read.data,
      expected: data,
    });
  return read;
};

/** A frozen value: pure code that tries to change it gets an error. */
export const frozen = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value))
    for (const inner of Object.values(Object.freeze(value))) frozen(inner);
  return value;
};
