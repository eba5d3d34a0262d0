import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceNotFoundException,
  TableNotFoundException,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { giveMissing, tableFacts } from '../../../lib/aws/deployment/kept-tables.ts';
import { memoryClock } from '../../../lib/testing/memory/system.ts';

const mock = mockClient(DynamoDBClient);
// The class itself is mocked: other files in this process want it back.
afterAll(() => mock.restore());
beforeEach(() => mock.reset());

it('a missing table is recognized, though each request has another error for it', async () => {
  const told = { $metadata: {}, message: 'no such table' };
  mock.on(DescribeTableCommand).callsFake(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    throw new ResourceNotFoundException(told);
  });
  mock.on(DescribeContinuousBackupsCommand).rejects(new TableNotFoundException(told));
  expect(await tableFacts(new DynamoDBClient({}), 'nowhere')).toBe('none');
});

describe('the missing properties of a table that the service is changing', () => {
  const failing = (name: string) => Object.assign(new Error(`${name}.`), { name });
  const busy = ['ResourceInUseException', 'ContinuousBackupsUnavailableException', 'LimitExceededException'].map(failing);
  const all = { stream: true, recovery: true, protect: true };
  const giving = async (clock = memoryClock()) => {
    const began = clock.now();
    mock.on(DescribeTableCommand).resolves({ Table: { TableStatus: 'ACTIVE' } });
    const failure = await giveMissing({ client: new DynamoDBClient({}), clock }, 'restored', all).catch((error: Error) => error);
    return { failure, seconds: (clock.now() - began) / 1_000 };
  };
  const given = () => [
    ...mock.commandCalls(UpdateTableCommand).map(({ args: [{ input }] }) => input),
    ...mock.commandCalls(UpdateContinuousBackupsCommand).map(({ args: [{ input }] }) => input),
  ];
  const stream = {
    TableName: 'restored',
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  };
  const protection = { TableName: 'restored', DeletionProtectionEnabled: true };
  const recovery = { TableName: 'restored', PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } };

  it('is asked for again until the service takes it', async () => {
    const tables = mock.on(UpdateTableCommand);
    for (const error of busy) tables.rejectsOnce(error);
    tables.resolves({});
    const backups = mock.on(UpdateContinuousBackupsCommand);
    for (const error of busy) backups.rejectsOnce(error);
    backups.resolves({});
    expect(await giving()).toEqual({ failure: undefined, seconds: 30 });
    const four = <T>(request: T) => [request, request, request, request];
    expect(given()).toEqual([...four(stream), protection, ...four(recovery)]);
  });

  it('is given up after a quarter of an hour, with what to do next', async () => {
    mock.on(UpdateTableCommand).rejects(busy[0]!);
    const { failure, seconds } = await giving();
    expect(failure).toMatchObject({
      message:
        'DynamoDB has refused to change the table restored for 15 minutes (ResourceInUseException.). Wait until no other change of it is in progress, then run the same command again.',
      cause: busy[0],
    });
    expect(seconds).toBe(900);
  });

  it('is not asked for again where the service refuses for another reason', async () => {
    mock.on(UpdateTableCommand).rejects(failing('ValidationException'));
    expect(await giving()).toEqual({ failure: failing('ValidationException'), seconds: 0 });
    expect(given()).toEqual([stream]);
  });
});
