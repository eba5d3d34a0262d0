import { type DeliveryMutant, functionsView, view } from './tampers.ts';

/** What rows of several streams rely on. */
export const sharedRowMutants: Readonly<Record<string, DeliveryMutant>> = {
  'no condition on the cursor of shared rows': view(({ head, putShares }) => ({
    putShares: async (moves, changes) =>
      putShares(await Promise.all(moves.map(async (move) => ({ ...move, before: await head(move.head.key) }))), changes),
  })),
  'one ADD twice': functionsView(({ head, putShares }) => ({
    putShares: async (moves, changes) => {
      try {
        return await putShares(moves, changes);
      } catch {
        // The answer may be lost.
        return putShares(await Promise.all(moves.map(async (move) => ({ ...move, before: await head(move.head.key) }))), changes);
      }
    },
  })),
  'merged heads lost on a partial failure': functionsView(({ putShares }) => ({
    putShares: async (moves, changes) => {
      const put = await putShares(moves, changes);
      if (typeof put === 'object' && put.moved.size < moves.length)
        for (const move of moves.filter(({ head }) => !put.moved.has(head.key))) await putShares([move], []);
      return put;
    },
  })),
  'a merged transaction is added once for each of its heads': functionsView(({ putShares }) => ({
    putShares: async (moves, changes) => {
      const [first, ...others] = moves;
      const put = await putShares([first!], changes);
      if (put !== 'written') return put;
      for (const move of others) await putShares([move], changes);
      return 'written';
    },
  })),
  'a share is taken from the wrong head': functionsView(({ putShares }) => ({
    putShares: (moves, changes) => {
      const { memory } = moves.at(-1)!.head;
      return putShares(
        moves.map(({ head, before }) => ({ head: { ...head, memory }, before })),
        changes,
      );
    },
  })),
  'a share that a stream gave up stays': functionsView(({ putShares }) => ({
    putShares: (moves, changes) =>
      putShares(
        moves,
        changes.filter(({ add }) => Number(add.contributors ?? 0) >= 0),
      ),
  })),
};
