import { type Values, watch } from 'foldstream';
import { type AccountEvent, accountSource } from '../../events/account.ts';
import { fraudWatchSource } from '../../events/fraud-watch.ts';

const withdrawn: Values<AccountEvent> = { MoneyWithdrawn: ({ data }) => data.amount };

/** Small amounts come and go all day. */
const large = (amount: number) => (amount >= 100_000 ? amount : undefined);
/** Between customers, but not what the shop takes or gives back. */
const ofTransfer = ({ purpose, amount }: { purpose: string; amount: number }) =>
  purpose === 'transfer' ? large(amount) : undefined;

/**
 * Each account is watched by itself. Watching by owner would find more, but only the event that opens an account names the owner, and a key has to
 * follow from the event alone. An account is one stream, so its events come in order and no lateness has to be awaited.
 */
export const fraudWatch = watch<AccountEvent>({
  category: fraudWatchSource.category,
  from: [accountSource],
  since: '2026-11-01T00:00:00.000Z',
  key: ({ entityId }) => entityId,
  raises: fraudWatchSource.events,
  publishes: Object.keys(fraudWatchSource.events),
  patterns: {
    RapidWithdrawalsSuspected: { kind: 'count-within', of: withdrawn, reaches: 5, within: { minutes: 1 } },
    /** Ten euros are never far from usual, however steady somebody is. */
    UnusualWithdrawalSuspected: { kind: 'far-from-usual', of: withdrawn, deviations: 4, after: 10, atLeast: 1_000 },
    /** Nearly all of what came in goes on at once. */
    MoneyPassedThroughSuspected: {
      kind: 'followed-by',
      first: { MoneyDeposited: ({ data }) => large(data.amount), MoneyCredited: ({ data }) => ofTransfer(data) },
      by: { MoneyWithdrawn: ({ data }) => large(data.amount), MoneyDebited: ({ data }) => ofTransfer(data) },
      within: { minutes: 10 },
      when: (came, went) => went >= 0.9 * came,
    },
  },
});
