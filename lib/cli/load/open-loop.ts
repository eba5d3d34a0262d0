/** Time in milliseconds. */
export type LoopClock = Readonly<{ now(): number; sleep(milliseconds: number, signal: AbortSignal): Promise<void> }>;

export type OpenLoop = Readonly<{
  /** Requests a second. */
  rate: number;
  seconds: number;
  clock: LoopClock;
  signal: AbortSignal;
  /** At most so many requests are open at a time: the limit of this machine, not of the service. */
  mostOpen: number;
  /** Sends the request of this number. It counts from the moment when it was due, however late it is sent. It never fails. */
  send: (n: number, due: number) => Promise<void>;
}>;

/** When a request is due, in milliseconds after the beginning. */
export const dueAfter = (rate: number, n: number): number => (n * 1_000) / rate;

/**
 * Sends requests at a fixed rate, whether earlier ones were answered or not: a service that stalls is asked all the same, as by its users. An abort ends
 * it; `send` ends what is open then. Returns how many requests had to wait because too many were open.
 */
export const openLoop = async ({ rate, seconds, clock, signal, mostOpen, send }: OpenLoop): Promise<{ held: number }> => {
  const begun = clock.now();
  const total = Math.max(1, Math.round(rate * seconds));
  let [open, held] = [0, 0];
  let freed = () => {};
  const oneFreed = () =>
    new Promise<void>((resolve) => {
      freed = resolve;
    });
  signal.addEventListener('abort', () => freed(), { once: true });
  const ended = () => {
    open -= 1;
    freed();
  };
  for (let n = 0; n < total && !signal.aborted; n++) {
    const due = begun + dueAfter(rate, n);
    while (clock.now() < due && !signal.aborted) await clock.sleep(due - clock.now(), signal);
    if (open >= mostOpen) held += 1;
    while (open >= mostOpen && !signal.aborted) await oneFreed();
    if (signal.aborted) break;
    open += 1;
    void send(n, due).then(ended, ended);
  }
  while (open > 0) await oneFreed();
  return { held };
};
