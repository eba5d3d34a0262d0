import type { View } from '../../../lib/engine/ports.ts';

class Injected extends Error {
  override name = 'Injected';
}

type Odds = Readonly<{ before: number; after: number }>;

/** A view whose calls take turns with all others, and sometimes fail: before they take effect, or after. */
export const distantView = <V extends View>(view: V, random: () => number, odds: Odds): V =>
  Object.fromEntries(
    Object.entries(view).map(([method, run]) => [
      method,
      async (...given: unknown[]) => {
        for (let turns = Math.floor(random() * 12); turns > 0; turns--) await null;
        if (random() < odds.before) throw new Injected(`${method}: not even sent`);
        const answer = await (run as (...given: unknown[]) => unknown)(...given);
        if (random() < odds.after) throw new Injected(`${method}: the answer got lost`);
        for (let turns = Math.floor(random() * 12); turns > 0; turns--) await null;
        return answer;
      },
    ]),
  ) as unknown as V;
