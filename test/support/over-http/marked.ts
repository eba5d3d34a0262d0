import { gunzipSync } from 'node:zlib';
import { CloudWatchLogsClient, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, ListTablesCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListBucketsCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { paginateListQueues, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { readLogs } from '../../../lib/aws/operate/logs.ts';

const gzip = Buffer.from([0x1f, 0x8b]);

/** All bytes in a value, compressed ones also as they were before. */
const bytesIn = (value: unknown): readonly Buffer[] => {
  if (value instanceof Uint8Array) {
    const bytes = Buffer.from(value);
    return bytes.subarray(0, 2).equals(gzip) ? [bytes, gunzipSync(bytes)] : [bytes];
  }
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(bytesIn);
  return [Buffer.from(String(value))];
};

/** A text in the forms in which it might lie about: as it is, and in base64 at each of its three offsets. */
const formsOf = (marked: string): readonly string[] => [
  marked,
  ...[0, 1, 2].map((offset) => {
    const encoded = Buffer.from(`${'x'.repeat(offset)}${marked}`).toString('base64');
    // The first and last characters depend on what stands beside the text.
    return encoded.slice(offset === 0 ? 0 : 4, -4);
  }),
];

type Found = Readonly<{ place: string; bytes: Buffer }>;

async function* everything(): AsyncGenerator<Found> {
  const [tables, buckets, queues, logs] = [
    new DynamoDBClient({}),
    new S3Client({ forcePathStyle: true }),
    new SQSClient({}),
    new CloudWatchLogsClient({}),
  ];
  for (const TableName of (await tables.send(new ListTablesCommand({}))).TableNames ?? [])
    for await (const { Items = [] } of paginateScan({ client: tables }, { TableName }))
      for (const bytes of Items.flatMap(bytesIn)) yield { place: `table ${TableName}`, bytes };
  // The functions' own code is there, too.
  for (const { Name: Bucket = '' } of (await buckets.send(new ListBucketsCommand({}))).Buckets ?? [])
    for await (const { Contents = [] } of paginateListObjectsV2({ client: buckets }, { Bucket }))
      for (const { Key = '' } of Contents.filter(({ Key = '' }) => !Key.endsWith('.zip'))) {
        const { Body } = await buckets.send(new GetObjectCommand({ Bucket, Key }));
        for (const bytes of bytesIn(await Body!.transformToByteArray())) yield { place: `bucket ${Bucket}`, bytes };
      }
  for await (const { QueueUrls = [] } of paginateListQueues({ client: queues }, {}))
    for (const QueueUrl of QueueUrls) {
      const read = { QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 };
      for (const { Body } of (await queues.send(new ReceiveMessageCommand(read))).Messages ?? [])
        yield { place: `queue ${QueueUrl}`, bytes: Buffer.from(Body ?? '') };
    }
  for await (const { logGroups = [] } of paginateDescribeLogGroups({ client: logs }, {}))
    for (const { logGroupName = '' } of logGroups)
      for (const { text } of await readLogs(logs)(logGroupName, 0))
        yield { place: `log ${logGroupName}`, bytes: Buffer.from(text) };
}

/** Where a text is found in all tables, buckets, queues and logs of the engine: plain, in base64, or gzipped; and how much was looked through. */
export const placesOf = async (
  marked: readonly string[],
): Promise<Readonly<{ places: readonly string[]; looked: Readonly<Record<string, number>> }>> => {
  const forms = marked.flatMap(formsOf);
  const places = new Set<string>();
  const looked: Record<string, number> = {};
  for await (const { place, bytes } of everything()) {
    const kind = place.split(' ')[0]!;
    looked[kind] = (looked[kind] ?? 0) + 1;
    if (forms.some((form) => bytes.includes(form))) places.add(place);
  }
  return { places: [...places], looked };
};
