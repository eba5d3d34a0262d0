import { randomUUID } from 'node:crypto';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import type { TableShape } from '../../../lib/cli/cost/ledger.ts';
import { controlShape, deadlinesShape, shapesOf, viewShape } from '../../../lib/cli/cost/tables.ts';
import type { Manifest } from '../../../lib/core/manifest.ts';
import type { AnyProjection } from '../../../lib/core/projection.ts';

type Keys = Readonly<{ partition: [string, 'S' | 'N']; sort?: [string, 'S' | 'N'] }>;

const schema = ({ partition, sort }: Keys) => [
  { AttributeName: partition[0], KeyType: 'HASH' as const },
  ...(sort ? [{ AttributeName: sort[0], KeyType: 'RANGE' as const }] : []),
];

const create = (client: DynamoDBClient, table: string, keys: Keys, more: Partial<CreateTableCommandInput> = {}) =>
  client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: schema(keys),
      AttributeDefinitions: [keys.partition, ...(keys.sort ? [keys.sort] : [])].map(([AttributeName, AttributeType]) => ({
        AttributeName,
        AttributeType,
      })),
      ...more,
    }),
  );

/** A table of a shape, with its indexes. */
const createOf = (client: DynamoDBClient, table: string, { partition, sort, indexes }: TableShape, sortType: 'S' | 'N' = 'S') => {
  const names = [...new Set(indexes.flatMap((index) => [index.partition, ...(index.sort === undefined ? [] : [index.sort])]))];
  const own = [partition, ...(sort === undefined ? [] : [sort])];
  return create(
    client,
    table,
    { partition: [partition, 'S'], ...(sort !== undefined && { sort: [sort, sortType] as const }) } as Keys,
    {
      AttributeDefinitions: [
        { AttributeName: partition, AttributeType: 'S' },
        ...(sort === undefined ? [] : [{ AttributeName: sort, AttributeType: sortType }]),
        ...names.filter((name) => !own.includes(name)).map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
      ],
      ...(indexes.length > 0 && {
        GlobalSecondaryIndexes: indexes.map(({ name, holds, ...key }) => ({
          IndexName: name,
          KeySchema: schema({
            partition: [key.partition, 'S'],
            ...(key.sort !== undefined && { sort: [key.sort, 'S'] as const }),
          } as Keys),
          Projection:
            typeof holds === 'string'
              ? { ProjectionType: holds === 'all' ? ('ALL' as const) : ('KEYS_ONLY' as const) }
              : { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: [...holds] },
        })),
      }),
    },
  );
};

/** The tables of a manifest's whole deployment, by the names that the ledger has for them. */
export const makeAllTables = async (client: DynamoDBClient, manifest: Manifest): Promise<Readonly<Record<string, string>>> => {
  const run = randomUUID().slice(0, 8);
  const made: Record<string, string> = {};
  for (const [name, shape] of shapesOf(manifest)) {
    made[name] = `${name}-${run}`;
    await createOf(client, `${name}-${run}`, shape, name === 'commits' ? 'N' : 'S');
  }
  return made;
};

/** A view whose table has every kind of index. */
const listed = { kind: 'row-per-stream', owner: () => '', lists: { 'by-status': {} } } as unknown as AnyProjection;

/** The tables of the ports, under names that no other run uses; the view's table is that of a declaration. */
export const makeTables = async (client: DynamoDBClient, view: AnyProjection = listed) => {
  const run = randomUUID().slice(0, 8);
  const named = (table: string) => `${table}-${run}`;
  const names = ['commits', 'snapshots', 'view', 'control', 'deadlines'] as const;
  const tables = Object.fromEntries(names.map((table) => [table, named(table)])) as Record<(typeof names)[number], string>;
  await create(client, tables.commits, { partition: ['stream', 'S'], sort: ['commit', 'N'] });
  await create(client, tables.snapshots, { partition: ['stream', 'S'], sort: ['code', 'S'] });
  await createOf(client, tables.control, controlShape);
  await createOf(client, tables.deadlines, deadlinesShape);
  await createOf(client, tables.view, viewShape(view));
  return tables;
};

export const dropTables = async (client: DynamoDBClient, tables: Readonly<Record<string, string>>): Promise<void> => {
  for (const TableName of Object.values(tables)) await client.send(new DeleteTableCommand({ TableName }));
};
