import type { Box, Redriven } from '../../../lib/engine/operate/letters/letters.ts';

export type Which = Pick<Box, 'kind' | 'name'>;

/** How far a redrive has come. */
export type Moved = Readonly<{ moved: number; left: number }>;

/** Puts letters back until none is left that can be taken: each request works for some seconds. Says how far it is after each. */
export const redriveAll = async (
  ask: () => Promise<Pick<Redriven, 'moved' | 'isEmpty' | 'left'>>,
  tell: (moved: Moved) => void,
): Promise<Moved> => {
  for (let moved = 0; ; ) {
    const answer = await ask();
    moved += answer.moved;
    const now = { moved, left: answer.left };
    tell(now);
    if (answer.isEmpty) return now;
  }
};

/** What a redrive came to, in a sentence. */
export const saidOf = ({ moved, left }: Moved): string =>
  `${moved === 1 ? 'One dead letter was' : `${moved} dead letters were`} put back${left > 0 ? `; about ${left} could not be taken now, since somebody is looking at them` : ''}.`;
