import { type Recorded, type RowsPerStream, rowKey } from 'foldstream';
import { type FraudWatchEvent, fraudWatchSource } from '../../../events/fraud-watch.ts';

type Nothing = Readonly<Record<string, never>>;
type Suspicion = Readonly<{ suspicion: string; account: string; raisedAt: string; figures: FraudWatchEvent['data'] }>;

const enter = (_: Nothing, { type, data, entityId, version, at }: Recorded<FraudWatchEvent>) => ({
  memory: {},
  rows: { [rowKey(version)]: { suspicion: type, account: entityId, raisedAt: at, figures: data } },
});

/** GET /views/suspicions/{accountId}, and for all accounts ?list=newest&order=newest-first, or of one kind
 * ?list=by-suspicion&by=RapidWithdrawalsSuspected. Its events are few: one partition takes them. */
export const suspicions: RowsPerStream<Nothing, Suspicion, FraudWatchEvent> = {
  kind: 'rows-per-stream',
  name: 'suspicions',
  revision: 1,
  from: fraudWatchSource,
  may: ['operator'],
  initial: {},
  lists: { newest: { sort: (row) => row.raisedAt }, 'by-suspicion': { by: (row) => row.suspicion, sort: (row) => row.raisedAt } },
  on: { RapidWithdrawalsSuspected: enter, UnusualWithdrawalSuspected: enter, MoneyPassedThroughSuspected: enter },
};
