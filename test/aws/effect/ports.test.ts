import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { delayedMessages } from '../../../lib/aws/effect/later.ts';
import { paceItems } from '../../../lib/aws/effect/pace.ts';
import { adapterProvider } from '../../../lib/aws/effect/provider.ts';
import { teamSecrets } from '../../../lib/aws/team-secrets.ts';
import type { AnyAdapter } from '../../../lib/core/effect/adapter.ts';
import { memoryClock } from '../../../lib/testing/memory/system.ts';
import { chargeCard } from '../../support/paying/domain.ts';

const given = { input: { amount: 5 }, idempotencyKey: 'key-1', attempt: 2, timeoutMilliseconds: 60_000 };
const adapting = (call: (input: never, call: never) => unknown) => ({ effect: chargeCard, call }) as AnyAdapter;
const secrets = { read: async (name: string) => `value of ${name}`, readAgain: async () => undefined };

describe('an adapter', () => {
  it('is called with its input, the key, and the values of its own secrets', async () => {
    const calls: unknown[] = [];
    const adapter = adapting(async (input, call: { signal: AbortSignal }) => {
      const { signal, ...rest } = call;
      calls.push({ input, ...rest, aborted: signal.aborted });
      return { done: {} };
    });
    await adapterProvider(adapter, secrets, { key: 'prod/key' }).call(given);
    expect(calls).toEqual([
      { input: { amount: 5 }, idempotencyKey: 'key-1', attempt: 2, secrets: { key: 'value of prod/key' }, aborted: false },
    ]);
  });

  it('has a rotated secret at the next try, in a function that read the former one just before', async () => {
    const clock = memoryClock();
    let kept = 'former';
    const read = teamSecrets(clock, async () => kept, 'prod');
    const provider = adapterProvider(
      adapting(async (_, { secrets: { key } }: { secrets: { key: string } }) => {
        if (key === 'former') throw new Error('The provider answers 401.');
        return { done: { key } };
      }),
      read,
      { key: 'prod/key' },
    );
    await read.read('prod/key');
    kept = 'rotated';
    clock.advance(30_000);
    await expect(provider.call({ ...given, attempt: 1 })).rejects.toThrow('401');
    expect(await provider.call({ ...given, attempt: 2 })).toEqual({ done: { key: 'rotated' } });
  });

  it('that outlasts its time leaves the outcome unknown, whether it looks at the signal or not', async () => {
    const deaf = adapterProvider(
      adapting(() => new Promise(() => {})),
      secrets,
      {},
    );
    await expect(deaf.call({ ...given, timeoutMilliseconds: 1 })).rejects.toThrow('did not answer within 1 ms');
  });

  it.each([undefined, {}, { done: undefined }, { refused: '' }, 'ok'])('that returns %j has no outcome', async (returned) => {
    const adapter = adapting(async () => returned);
    await expect(adapterProvider(adapter, secrets, {}).call(given)).rejects.toThrow('returned no outcome');
  });
});

it('tries are counted in the newest second, by however many functions, and whatever their clocks say', async () => {
  // The item as DynamoDB has it, behind the two updates.
  let item: { second: number; count: number } | undefined;
  const documents = mockClient(DynamoDBDocumentClient)
    .on(UpdateCommand)
    .callsFake(async (input: UpdateCommandInput) => {
      const second = Number(input.ExpressionAttributeValues?.[':second']);
      const begins = input.UpdateExpression?.startsWith('SET') === true;
      const conditions: Readonly<Record<string, boolean>> = {
        '#second >= :second': item !== undefined && item.second >= second,
        'attribute_not_exists(#second) OR #second < :second': item === undefined || item.second < second,
      };
      const holds = conditions[input.ConditionExpression ?? ''];
      if (holds === undefined) throw new Error(`This table does not know ${input.ConditionExpression}.`);
      if (!holds) throw new ConditionalCheckFailedException({ message: 'no', $metadata: {} });
      item = begins ? { second, count: 1 } : { ...item!, count: item!.count + 1 };
      return { Attributes: item };
    });
  const pace = paceItems(new DynamoDBClient({}), 'control');
  const counts = [];
  for (const second of [7, 7, 8, 7, 8]) counts.push(await pace.count('chargeCard', second));
  expect(counts).toEqual([1, 2, 1, 2, 3]);
  expect(item).toEqual({ second: 8, count: 3 });
  documents.restore();
});

it('a message comes at its time, or after the longest delay of SQS, and never before now', async () => {
  const sqs = mockClient(SQSClient).resolves({});
  const clock = memoryClock();
  const at = (milliseconds: number) => new Date(clock.now() + milliseconds).toISOString();
  const later = delayedMessages({ client: new SQSClient({}), clock, proofs: { make: async () => 'proof' } }, 'url');
  for (const milliseconds of [1, 1_500, 900_000, 3_600_000, -5_000])
    await later.send({ attend: { performance: 'chargeCardEffect-p.1' } }, at(milliseconds));
  expect(sqs.commandCalls(SendMessageCommand).map(({ args }) => args[0].input.DelaySeconds)).toEqual([1, 2, 900, 900, 0]);
  expect(JSON.parse(sqs.commandCalls(SendMessageCommand)[0]!.args[0].input.MessageBody!)).toEqual({
    attend: { performance: 'chargeCardEffect-p.1' },
    proof: 'proof',
  });
  sqs.restore();
});
