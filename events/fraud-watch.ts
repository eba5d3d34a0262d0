import { type EventOf, type Source, suspicions } from 'foldstream';

/** Events that the watch raises about an account. The formats are the kernel's, one for each kind of pattern. */
export const fraudWatchEvents = {
  RapidWithdrawalsSuspected: suspicions['count-within'],
  UnusualWithdrawalSuspected: suspicions['far-from-usual'],
  MoneyPassedThroughSuspected: suspicions['followed-by'],
};

export type FraudWatchEvent = EventOf<typeof fraudWatchEvents>;

export const fraudWatchSource: Source<FraudWatchEvent> = { category: 'fraudWatch', events: fraudWatchEvents };
