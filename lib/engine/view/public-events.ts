import { type Sending, sendAll } from '../delivery/send-entries.ts';
import type { BusEntry, View } from '../ports.ts';
import type { Projecting } from './projecting.ts';

/** The ports of announcing: the announcer as its projection, a table for its cursors, and the bus. */
export type Announcing = Projecting & Sending;

/** Rows that are put at the same time go together, in their order: each is done when all of them are sent. */
const sentTogether = (sending: Sending): View['putRow'] => {
  let waiting: BusEntry[] = [];
  let sent: Promise<void> | undefined;
  return ({ row }) => {
    waiting.push(row as BusEntry);
    // Next microtask: the batch is complete.
    sent ??= Promise.resolve().then(() => {
      const entries = waiting;
      [waiting, sent] = [[], undefined];
      return sendAll(sending, entries);
    });
    return sent;
  };
};

/**
 * As a projection, whose rows are sent to the bus instead of kept. So a stream's public events go out in order, a gap is filled from the
 * table, and the cursor moves when they are sent: they may be sent again, and are never left out.
 */
export const announcing = ({ bus, keys, ...projecting }: Announcing): Projecting => {
  const { view, clock, log } = projecting;
  return { ...projecting, view: { ...view, putRow: sentTogether({ bus, clock, keys, log }) } };
};
