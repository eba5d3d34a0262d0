import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  DeleteLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateBackupCommand,
  DeleteBackupCommand,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DeleteMessageCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { toItem } from '../../../lib/aws/attributes.ts';

/** A zip file with one entry, as far as its own header goes. */
const zipOf = (text: string): Buffer => {
  const header = Buffer.alloc(30);
  header.write('PK\x03\x04', 'latin1');
  header.writeUInt16LE(8, 8);
  header.writeUInt16LE(1, 26);
  return Buffer.concat([header, Buffer.from('f'), deflateRawSync(text)]);
};

/** A text in each form in which it may lie about. */
export const disguises = (text: string): Readonly<Record<string, unknown>> => ({
  plain: `x${text}y`,
  'in a URL': `/views/a?of=${encodeURIComponent(text)}`,
  ...Object.fromEntries(
    [0, 1, 2].map((n) => [`base64, offset ${n}`, Buffer.from(`${'x'.repeat(n)}${text}yz`).toString('base64')]),
  ),
  'bytes in base64': Buffer.from(Buffer.from(`y${text}`).toString('base64')),
  gzipped: gzipSync(`{"a":"${text}"}`),
  deflated: deflateSync(text),
  zipped: zipOf(text),
  'gzipped, in base64, in JSON': { deep: [JSON.stringify({ body: gzipSync(`${text}!`).toString('base64') })] },
  'deflated, in base64': deflateSync(`${text}!`).toString('base64'),
  'a name in JSON': { [text]: 1 },
});

type Where = Readonly<{ table: string; bucket: string; queue: string; handledQueue: string; log: string }>;
type Plant = () => Promise<() => Promise<unknown>>;

/** Puts a text into a place of each kind; each answers how to take it away again. */
export const plants = (text: string, { table, bucket, queue, handledQueue, log }: Where): Readonly<Record<string, Plant>> => {
  const [tables, queues, logs] = [
    new DynamoDBClient({}),
    new SQSClient({ useQueueUrlAsEndpoint: false }),
    new CloudWatchLogsClient({}),
  ];
  const buckets = new S3Client({ forcePathStyle: true });
  const item = (code: string) => async () => {
    const key = toItem({ stream: 'planted', code });
    await tables.send(new PutItemCommand({ TableName: table, Item: { ...key, ...toItem({ text }) } }));
    return () => tables.send(new DeleteItemCommand({ TableName: table, Key: key }));
  };
  const object = (Key: string, Body: Buffer) => async () => {
    await buckets.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
    return () => buckets.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
  };
  const message = (QueueUrl: string, seconds: number) => async () => {
    await queues.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify({ text }) }));
    if (seconds > 0) await queues.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: seconds }));
    return async () => {
      const { Messages = [] } = await queues.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 60 }));
      for (const { ReceiptHandle } of Messages) await queues.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    };
  };
  return {
    [`table ${table}`]: item('kept'),
    'backup planted': async () => {
      const takeAway = await item('backed up')();
      const { BackupDetails } = await tables.send(new CreateBackupCommand({ TableName: table, BackupName: 'planted' }));
      await takeAway();
      return () => tables.send(new DeleteBackupCommand({ BackupArn: BackupDetails?.BackupArn }));
    },
    [`bucket ${bucket}`]: object('planted.gz', gzipSync(text)),
    [`queue ${queue}`]: message(queue, 0),
    [`queue ${handledQueue}`]: message(handledQueue, 1),
    [`log ${log}`]: async () => {
      const stream = { logGroupName: log, logStreamName: 'planted' };
      await logs.send(new CreateLogStreamCommand(stream));
      await logs.send(new PutLogEventsCommand({ ...stream, logEvents: [{ timestamp: Date.now(), message: `a ${text}` }] }));
      return () => logs.send(new DeleteLogStreamCommand(stream));
    },
  };
};
