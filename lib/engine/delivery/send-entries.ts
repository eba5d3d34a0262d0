import { eventBridge } from '../limits.ts';
import type { Bus, BusEntry, Clock, Keys, Log } from '../ports.ts';

/** With room for what the SDK writes around the entries. */
const callBytes = eventBridge.callBytes - 6 * 1024;
const tries = 5;

export const bytesOf = (text: string) => Buffer.byteLength(text, 'utf8');

/** Entries in calls of at most ten, within the size that a call may have. */
export const inCalls = (entries: readonly BusEntry[]): readonly (readonly BusEntry[])[] => {
  const calls: BusEntry[][] = [];
  let room = 0;
  for (const entry of entries) {
    const size = bytesOf(entry.detail) + bytesOf(entry.detailType) + 100;
    const call = calls.at(-1);
    if (call && call.length < eventBridge.callEntries && size <= room) call.push(entry);
    else {
      calls.push([entry]);
      room = callBytes;
    }
    room -= size;
  }
  return calls;
};

export type Sending = Readonly<{ bus: Bus; clock: Clock; keys: Pick<Keys, 'random'>; log: Log }>;

/** Some entries did not get through: all of them are to come again, which is harmless. */
export class NotSent extends Error {
  override name = 'NotSent';
}

const sendCall = async ({ bus, clock, keys, log }: Sending, call: readonly BusEntry[]): Promise<void> => {
  let open = call;
  for (let round = 1; open.length > 0; round++) {
    const failed = await bus.send(open);
    if (failed.length > 0 && round === tries)
      throw new NotSent(`${failed.length} of ${call.length} entries were refused by the bus: ${failed[0]?.reason}`);
    if (failed.length > 0) {
      log.warn('The bus refused entries; sending them again.', {
        failed: failed.length,
        of: open.length,
        reason: failed[0]?.reason,
      });
      await clock.wait(keys.random() * 100 * 2 ** round);
    }
    open = failed.flatMap(({ index }) => open[index] ?? []);
  }
};

/** Sends entries in their order, and again only those that the bus refused; throws if it still refuses some. */
export const sendAll = async (sending: Sending, entries: readonly BusEntry[]): Promise<void> => {
  for (const call of inCalls(entries)) await sendCall(sending, call);
};
