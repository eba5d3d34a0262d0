import { randomUUID } from 'node:crypto';
import {
  DeleteRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';

export type Entry = Readonly<{
  'detail-type': string;
  detail: Readonly<{ id: string; subject: string; [field: string]: unknown }>;
}>;

/** A rule of another team on the bus, and its queue. */
export const otherTeam = async (bus: string, types: readonly string[]) => {
  const [sqs, events] = [new SQSClient({}), new EventBridgeClient({})];
  const QueueName = `other-team-${randomUUID().slice(0, 8)}`;
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName }));
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  const Arn = Attributes.QueueArn ?? '';
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: Arn }],
  });
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
  const EventPattern = JSON.stringify({ source: ['foldstream'], 'detail-type': types });
  await events.send(new PutRuleCommand({ EventBusName: bus, Name: QueueName, EventPattern }));
  await events.send(new PutTargetsCommand({ EventBusName: bus, Rule: QueueName, Targets: [{ Id: 'queue', Arn }] }));
  const received = new Map<string, Entry>();
  return {
    /** All that has come so far, by the events' ids. */
    receive: async (): Promise<ReadonlyMap<string, Entry>> => {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
      );
      for (const { Body = '' } of Messages) {
        const entry = JSON.parse(Body) as Entry;
        received.set(entry.detail.id, entry);
      }
      return received;
    },
    leave: async () => {
      await events.send(new RemoveTargetsCommand({ EventBusName: bus, Rule: QueueName, Ids: ['queue'] }));
      await events.send(new DeleteRuleCommand({ EventBusName: bus, Name: QueueName }));
      await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    },
  };
};
