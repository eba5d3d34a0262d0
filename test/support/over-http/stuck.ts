import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Account, account } from '../../../domains/account/decider.ts';
import { commitStore } from '../../../lib/aws/store/commit-store.ts';
import { systemClock, systemKeys } from '../../../lib/aws/system.ts';
import { type AnyDecider, type Context, isRefusal } from '../../../lib/core/decider.ts';
import { stateCache } from '../../../lib/engine/command/cache.ts';
import { handleCommand } from '../../../lib/engine/command/handle.ts';
import { sendId } from '../../../lib/engine/process/send.ts';
import { defaultSettings } from '../../../lib/engine/settings.ts';
import { memorySnapshots } from '../../../lib/testing/memory/snapshots.ts';
import { memoryLog } from '../../../lib/testing/memory/system.ts';
import { type Call, fresh } from './http.ts';
import { whilePaused } from './pausing.ts';

type Outputs = Readonly<Record<string, string>>;
type Transfer = Readonly<{ id: string; from: string; to: string; amount: number }>;

const ok = async (asked: ReturnType<Call>): Promise<void> => {
  const { status, body } = await asked;
  if (status >= 300) throw new Error(`${status}: ${JSON.stringify(body)}`);
};

/** The state after a process function died right after its first command: the account has the debit, and the process does not know it. */
const debitAsAFunctionThatDiedThen = async (outputs: Outputs, { id, from, to, amount }: Transfer): Promise<void> => {
  const client = new DynamoDBClient({});
  const store = commitStore(client, outputs.CommitsTable ?? '');
  const request = await store.find(`transfer-${id}`, 1);
  // By the release before, which kept no note of what may come back, and so closes: a refund then finds the account closed.
  const decide = {
    ...account.decide,
    Debit: (state: Account, data: Parameters<typeof account.decide.Debit>[1], context: Context) => {
      const outcome = account.decide.Debit(state, data, context);
      return isRefusal(outcome) ? outcome : outcome.slice(0, 1);
    },
  };
  const commanding = {
    decider: { ...account, decide } as AnyDecider,
    code: '',
    store,
    snapshots: memorySnapshots(),
    keys: systemKeys(client, outputs.ControlTable ?? ''),
    clock: systemClock,
    log: memoryLog(),
    settings: defaultSettings,
    cache: stateCache(1_000),
  };
  const { owner } = request!.events[0]!.data as { owner: string };
  const terms = {
    amount,
    currency: 'EUR',
    reference: `transfer-${id}`,
    purpose: 'transfer',
    onBehalfOf: owner,
    counterparty: to,
  };
  const { outcome } = await handleCommand(commanding, {
    stream: `account-${from}`,
    command: { type: 'Debit', data: terms },
    actor: { id: 'transferProcess', kind: 'process', roles: [] },
    id: sendId(`transferProcess-${id}`, { number: 1, attempt: 1 }),
    meta: { correlation: request!.meta.correlation, causation: `transfer-${id}/1` },
  });
  if (outcome !== 'committed') throw new Error(`The debit of ${id} was ${outcome}.`);
};

/** Has a transfer of a customer get stuck: neither account takes its money, since both were closed in between. */
export const stuckTransfer = async (
  outputs: Outputs,
  customer: Call,
  amount = 200,
): Promise<Transfer & { correlation: string }> => {
  const [from, to, id, correlation] = [fresh(), fresh(), fresh(), fresh()];
  const transfer = { id, from, to, amount };
  for (const account of [from, to]) await ok(customer('POST', `/account/${account}/open`, { currency: 'EUR' }));
  await ok(customer('POST', `/account/${from}/deposit`, { amount, currency: 'EUR' }));
  await whilePaused(outputs.TransferProcessReactFunction ?? '', async () => {
    const body = { from, to, amount, currency: 'EUR' };
    await ok(customer('POST', `/transfer/${id}/request`, body, { 'x-correlation-id': correlation }));
    await debitAsAFunctionThatDiedThen(outputs, transfer);
    for (const account of [from, to]) await ok(customer('POST', `/account/${account}/close`, { reason: 'moved' }));
  });
  return { ...transfer, correlation };
};
