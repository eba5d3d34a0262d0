import { hasSealedLike } from '../../core/personal/sealed.ts';
import { type Sending, sendAll } from '../delivery/send-entries.ts';
import { opened } from '../personal/open.ts';
import type { Opening } from '../personal/ports.ts';
import type { BusEntry, View } from '../ports.ts';
import type { Projecting } from './projecting.ts';

/**
 * The ports of announcing: the announcer as its projection, a table for its cursors, and the bus. `opening` opens the personal values that are declared `reveal`:
 * only where there are such.
 */
export type Announcing = Projecting & Sending & Readonly<{ opening?: Opening }>;

/** An entry with its revealed values opened: nothing sealed leaves. What does not open stops the stream, since an event is never left out. */
const revealed = async (opening: Opening | undefined, entry: BusEntry): Promise<BusEntry> => {
  const detail: unknown = JSON.parse(entry.detail);
  if (!hasSealedLike(detail)) return entry;
  if (!opening)
    throw new Error(
      `A public ${entry.detailType} has personal values to reveal, and this function was given no keys to open them with.`,
    );
  return { ...entry, detail: JSON.stringify(await opened(opening, detail)) };
};

/** Rows that are put at the same time go together, in their order: each is done when all of them are sent. */
const sentTogether = (sending: Sending, opening: Opening | undefined): View['putRow'] => {
  let waiting: BusEntry[] = [];
  let sent: Promise<boolean> | undefined;
  return ({ row }) => {
    waiting.push(row as BusEntry);
    // Next microtask: the batch is complete.
    sent ??= Promise.resolve().then(async () => {
      const entries = waiting;
      [waiting, sent] = [[], undefined];
      await sendAll(sending, await Promise.all(entries.map((entry) => revealed(opening, entry))));
      return true;
    });
    return sent;
  };
};

/**
 * As a projection, whose rows are sent to the bus instead of kept. So a stream's public events go out in order, a gap is filled from the
 * table, and the cursor moves when they are sent: they may be sent again, and are never left out.
 */
export const announcing = ({ bus, keys, opening, ...projecting }: Announcing): Projecting => {
  const { view, heads, clock, log } = projecting;
  return {
    ...projecting,
    // The events go out before the head is written: those of a first commit that is delivered twice would be sent twice.
    ...(heads && { heads: { ...heads, takesForNew: false } }),
    view: { ...view, putRow: sentTogether({ bus, clock, keys, log }, opening) },
  };
};
