import { CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { settings } from '../client.ts';

/** The units that a table and its indexes used. */
export type TableUnits = Readonly<{ table: string; read: number; write: number }>;

const minute = 60_000;
const metricsPerCall = 500;

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
  { from, to }: Readonly<{ from: number; to: number }>,
  dynamo: DynamoDBClient,
  cloudWatch = new CloudWatchClient(settings),
): Promise<readonly TableUnits[]> => {
  const all: Measured[] = [];
  for (const table of tables) all.push(...(await measuredOf(dynamo, table)));
  const asked = all.flatMap((of) => (['Read', 'Write'] as const).map((what) => ({ ...of, what })));
  const query = ({ table, index, what }: (typeof asked)[number], i: number): MetricDataQuery => {
    const own = [{ Name: 'TableName', Value: table }];
    const Dimensions = index === undefined ? own : [...own, { Name: 'GlobalSecondaryIndexName', Value: index }];
    const Metric = { Namespace: 'AWS/DynamoDB', MetricName: `Consumed${what}CapacityUnits`, Dimensions };
    return { Id: `m${i}`, MetricStat: { Metric, Period: 60, Stat: 'Sum' } };
  };
  const sums = new Map<string, number>();
  for (let at = 0; at < asked.length; at += metricsPerCall) {
    const { MetricDataResults = [] } = await cloudWatch.send(
      new GetMetricDataCommand({
        StartTime: new Date(Math.floor(from / minute) * minute),
        EndTime: new Date(Math.ceil(to / minute) * minute),
        MetricDataQueries: asked.slice(at, at + metricsPerCall).map((each, i) => query(each, at + i)),
      }),
    );
    for (const { Id = '', Values = [] } of MetricDataResults)
      if (Values.length > 0)
        sums.set(
          Id,
          Values.reduce((sum, value) => sum + value, 0),
        );
  }
  return tables.flatMap((table) => {
    const of = (what: string) =>
      asked.flatMap((each, i) => (each.table === table && each.what === what ? (sums.get(`m${i}`) ?? []) : []));
    const [read, write] = [of('Read'), of('Write')];
    if (read.length + write.length === 0) return [];
    const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
    return [{ table, read: sum(read), write: sum(write) }];
  });
};
