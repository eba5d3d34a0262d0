import { type Recorded, rowKey, rowsPerStream } from 'foldstream';
import * as z from 'zod';
import { type FraudWatchEvent, fraudWatchSource } from '../../../events/fraud-watch.ts';
import { instant } from '../../fields.ts';

type Nothing = Readonly<Record<string, never>>;
const events = z.array(z.string().meta({ description: 'The id of an event: `<stream>/<version>`.' }));
const span = { from: z.string(), to: z.string() };
const figures = z.union([
  z.object({ ...span, count: z.int(), sum: z.number(), events }),
  z.object({ at: z.string(), value: z.number(), count: z.int(), mean: z.number(), deviation: z.number(), events }),
  z.object({ ...span, first: z.number(), by: z.number(), events }),
]);
const row = z.object({ suspicion: z.string(), account: z.string(), raisedAt: instant, figures });

type Suspicion = Readonly<z.infer<typeof row>>;

const enter = (_: Nothing, { type, data, entityId, version, at }: Recorded<FraudWatchEvent>) => ({
  memory: {},
  rows: { [rowKey(version)]: { suspicion: type, account: entityId, raisedAt: at, figures: data } },
});

/** GET /views/suspicions/{accountId}, and for all accounts ?list=newest&order=newest-first, or of one kind
 * ?list=by-suspicion&by=RapidWithdrawalsSuspected. Its events are few: one partition takes them. */
export const suspicions = rowsPerStream<Nothing, Suspicion, FraudWatchEvent>()({
  row,
  name: 'suspicions',
  revision: 1,
  from: fraudWatchSource,
  may: ['operator'],
  initial: {},
  lists: { newest: { sort: (row) => row.raisedAt }, 'by-suspicion': { by: (row) => row.suspicion, sort: (row) => row.raisedAt } },
  on: { RapidWithdrawalsSuspected: enter, UnusualWithdrawalSuspected: enter, MoneyPassedThroughSuspected: enter },
});
