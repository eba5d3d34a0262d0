import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { persistently } from '../../lib/aws/transaction.ts';
import { diceFor } from '../../lib/testing/simulation/dice.ts';
import { timeline } from '../../lib/testing/simulation/timeline.ts';
import { latencies } from './assumptions.ts';

/** What became of transactions that came to one item at a rate. */
export type Contended = Readonly<{ done: number; conflicts: number; givenBack: number }>;

const seconds = 30;

const conflict = () =>
  new TransactionCanceledException({
    message: 'Transaction cancelled',
    $metadata: {},
    CancellationReasons: [{ Code: 'TransactionConflict' }],
  });

/**
 * Transactions of a rate on one item, one by one in model time: one that comes while another is under way is cancelled, as DynamoDB does it, and is
 * sent again by the code of the adapters, with its waits. Figures are for each transaction; `done` is for each second.
 */
export const contended = async (rate: number, seed = 1): Promise<Contended> => {
  const dice = diceFor(seed, 'contention');
  const time = timeline(0, Number.POSITIVE_INFINITY);
  const persist = persistently({ clock: { now: time.now, wait: time.sleep }, random: dice.next });
  let [busy, came, done, conflicts, givenBack, open] = [false, 0, 0, 0, 0, 0];
  const attempt = async () => {
    if (busy) {
      conflicts += 1;
      await time.sleep(latencies.write);
      throw conflict();
    }
    busy = true;
    await time.sleep(latencies.transaction);
    busy = false;
  };
  const come = () => {
    came += 1;
    open += 1;
    persist(attempt).then(
      () => {
        done += 1;
        open -= 1;
      },
      () => {
        givenBack += 1;
        open -= 1;
      },
    );
    const gap = (-Math.log(1 - dice.next()) / rate) * 1_000;
    if (time.now() + gap < seconds * 1_000) time.after(gap, come);
  };
  time.after(0, come);
  await time.run(() => false);
  if (open > 0) throw new Error(`${open} transactions have not ended.`);
  return { done: done / seconds, conflicts: conflicts / came, givenBack: givenBack / came };
};

/** The most transactions a second that one item takes, while no more than one in a hundred is given back after so many attempts. */
export const transactionsOfItem = async (): Promise<number> => {
  let [few, many] = [1, 200];
  while (many - few > 1) {
    const rate = Math.round((few + many) / 2);
    if ((await contended(rate)).givenBack <= 0.01) few = rate;
    else many = rate;
  }
  return few;
};
