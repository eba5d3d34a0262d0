import { isDeepStrictEqual } from 'node:util';
import type { Message } from '../core/message.ts';
import { type Formats, readEvent, storeEvent } from '../core/version.ts';
import { storable } from '../engine/store/storable.ts';
import { fail } from './difference.ts';
import { openedForTest, sealedForTest } from './sealed.ts';

/** An event as a reader gets it after it was stored, its personal values sealed: refused where the format would not take it, or would change it. `owner`: the
 * subject of values that name none. */
export const throughStore = (formats: Formats, event: Message, owner = '1'): Message => {
  const { type } = event;
  const data = storable(event.data, `${type}.data`);
  const read = readEvent(formats, sealedForTest(storeEvent(formats, { type, data }), owner));
  if (!isDeepStrictEqual(openedForTest(storable(read.data)), openedForTest(data)))
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
