import { untilWon } from '../../again.ts';
import { canonical } from '../../canonical.ts';
import { nowOf } from '../../instant.ts';
import type { Clock } from '../../ports.ts';

/** An operator's act on a consumer that no commit and no record of its own tells of. */
export type Act = Readonly<{
  act: 'redrive' | 'resume' | 'refold';
  at: string;
  by: string;
  why?: string;
  /** The stream that it was about, if it was about one. */
  stream?: string;
  correlation: string;
}>;

/** The acts on one consumer, the newest first. Stored format of 2026-11. */
export type KeptActs = Readonly<{ acts: readonly Act[]; writes: number }>;

/** Keeps the acts on consumers, each under its kind and name, such as `view/account-balance.r1`. */
export interface Acts {
  load(of: string): Promise<KeptActs | undefined>;
  /** Saves them, if they are still of the write that was loaded (undefined: none). Answers whether it did. */
  save(of: string, kept: KeptActs, loadedWrites: number | undefined): Promise<boolean>;
}

/** The ports with which an act is kept. */
export type Recording = Readonly<{ acts: Acts; clock: Pick<Clock, 'now'> }>;

/** The acts that are kept of one consumer. */
const mostActs = 50;

/** Keeps an act, before it is done: what is done without a record would be in no history. An order that is sent again and again until it is done is one act. */
export const keepAct = ({ acts, clock }: Recording, of: string, { act, by, why, ...about }: Omit<Act, 'at'>): Promise<true> =>
  untilWon(`The list of what operators did to ${of} is being changed by others all the time: try again.`, async () => {
    const loaded = await acts.load(of);
    const writes = (loaded?.writes ?? 0) + 1;
    const kept: Act = { act, at: nowOf(clock), by, ...(why !== undefined && { why }), ...about };
    const latest = loaded?.acts[0];
    if (latest && canonical({ ...kept, at: latest.at }) === canonical(latest)) return true;
    return (await acts.save(of, { acts: [kept, ...(loaded?.acts ?? [])].slice(0, mostActs), writes }, loaded?.writes)) || 'again';
  });
