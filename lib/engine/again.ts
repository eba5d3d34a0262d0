/** An error that another try may well get over: the record goes back to the queue. */
export class TryAgain extends Error {
  override name = 'TryAgain';
}

/** The tries of an optimistic write before its caller gives up. */
const defaultTries = 5;

/** Repeats an attempt that answers 'again' when another writer was faster. Answers 'again' when the last try lost as well. */
export const tryWhileLost = async <T>(
  attempt: (race: number) => Promise<T | 'again'>,
  tries = defaultTries,
): Promise<T | 'again'> => {
  for (let race = 0; race < tries; race++) {
    const outcome = await attempt(race);
    if (outcome !== 'again') return outcome;
  }
  return 'again';
};

/** The same, where giving up is an error: `contended` says what others keep changing. */
export const untilWon = async <T>(
  contended: string,
  attempt: (race: number) => Promise<T | 'again'>,
  tries?: number,
): Promise<T> => {
  const outcome = await tryWhileLost(attempt, tries);
  if (outcome === 'again') throw new TryAgain(contended);
  return outcome as T;
};
