import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { lean } from './lean.ts';
import { settings } from './settings.ts';
import { writeAsItTravels } from './wire.ts';

/** The cost of one call: requests as sent, retries included, and the units that DynamoDB reported (none when it failed). */
export type Observed = Readonly<{ command: string; requests: number; units: number; error?: string }>;

export type Observe = (observed: Observed) => void;

type Answer = Readonly<{
  $metadata?: { attempts?: number };
  ConsumedCapacity?: { CapacityUnits?: number } | { CapacityUnits?: number }[];
}>;

const observed = (command: string, { $metadata, ConsumedCapacity }: Answer, error?: string): Observed => ({
  command,
  requests: $metadata?.attempts ?? 1,
  units: [ConsumedCapacity ?? []].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0),
  ...(error !== undefined && { error }),
});

const observeOn = (client: DynamoDBClient, observe: Observe) =>
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const command = (context.commandName as string).replace(/Command$/, '');
      try {
        const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } as typeof args.input });
        observe(observed(command, result.output as Answer));
        return result;
      } catch (error) {
        observe(observed(command, error as Answer, (error as Error).name));
        throw error;
      }
    },
    { step: 'initialize', name: 'foldstreamObserve' },
  );

/** Makes the DynamoDB client. The SDK decides where requests go (`AWS_ENDPOINT_URL`); `observe`, for benchmarks, measures calls if it is given. */
export const dynamo = ({ observe, ...config }: DynamoDBClientConfig & { observe?: Observe } = {}): DynamoDBClient => {
  const client = lean(new DynamoDBClient({ ...settings, ...config }));
  writeAsItTravels(client);
  if (observe) observeOn(client, observe);
  return client;
};
