import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { sum } from '../../engine/store/size.ts';
import { cloudWatch, metricSums } from './metrics.ts';

/** The units that a table and its indexes used. */
export type TableUnits = Readonly<{ table: string; read: number; write: number }>;

type Measured = Readonly<{ table: string; index?: string }>;

/** The table, and each of its indexes: CloudWatch measures them apart. */
const measuredOf = async (dynamo: DynamoDBClient, table: string): Promise<readonly Measured[]> => {
  const { Table } = await dynamo.send(new DescribeTableCommand({ TableName: table }));
  return [{ table }, ...(Table?.GlobalSecondaryIndexes ?? []).map(({ IndexName: index = '' }) => ({ table, index }))];
};

/**
 * The capacity that tables used between two instants (milliseconds), as CloudWatch tells it: by whole minutes, and some minutes later. Tables for which it
 * has no figures are left out.
 */
export const consumedUnits = async (
  tables: readonly string[],
  span: Readonly<{ from: number; to: number }>,
  dynamo: DynamoDBClient,
  client = cloudWatch(),
): Promise<readonly TableUnits[]> => {
  const all: Measured[] = [];
  for (const table of tables) all.push(...(await measuredOf(dynamo, table)));
  const asked = all.flatMap((of) => (['Read', 'Write'] as const).map((what) => ({ ...of, what })));
  const metrics = asked.map(({ table, index, what }) => {
    const own = [{ Name: 'TableName', Value: table }];
    const Dimensions = index === undefined ? own : [...own, { Name: 'GlobalSecondaryIndexName', Value: index }];
    return { Namespace: 'AWS/DynamoDB', MetricName: `Consumed${what}CapacityUnits`, Dimensions };
  });
  const sums = await metricSums(metrics, span, client);
  return tables.flatMap((table) => {
    const of = (what: string) => asked.flatMap((each, i) => (each.table === table && each.what === what ? (sums[i] ?? []) : []));
    const [read, write] = [of('Read'), of('Write')];
    return read.length + write.length === 0 ? [] : [{ table, read: sum(read), write: sum(write) }];
  });
};
