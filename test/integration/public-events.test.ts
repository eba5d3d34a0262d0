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
import { CloudEvent, HTTP } from 'cloudevents';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { as, fresh, theDeployment } from '../support/http.ts';
import { overHttp } from '../support/over-http.ts';

describe.runIf(overHttp())('public events', () => {
  it('arrive at a rule of another team as valid CloudEvents 1.0, and nothing else does', async () => {
    const ada = await as('ada');
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
    const rule = { EventBusName: theDeployment().outputs.BusName, Rule: QueueName };
    const EventPattern = JSON.stringify({
      source: ['foldstream'],
      'detail-type': ['AccountOpened', 'AccountClosed', 'MoneyDeposited'],
    });
    await events.send(new PutRuleCommand({ EventBusName: rule.EventBusName, Name: rule.Rule, EventPattern }));
    await events.send(new PutTargetsCommand({ ...rule, Targets: [{ Id: 'queue', Arn }] }));
    try {
      const id = fresh();
      const headers = { 'x-correlation-id': `c-${id}` };
      await ada('POST', `/account/${id}/open`, { currency: 'EUR' }, headers);
      await ada('POST', `/account/${id}/deposit`, { amount: 5, currency: 'EUR' }, headers);
      await ada('POST', `/account/${id}/withdraw`, { amount: 5, currency: 'EUR' }, headers);
      await ada('POST', `/account/${id}/close`, { reason: 'moved' }, headers);
      const received = new Map<string, { 'detail-type': string; detail: { id: string; subject: string } }>();
      await eventually(
        async () => {
          const { Messages = [] } = await sqs.send(
            new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
          );
          for (const { Body = '' } of Messages) {
            const entry = JSON.parse(Body);
            if (entry.detail.subject === `account-${id}`) received.set(entry.detail.id, entry);
          }
          return received.size;
        },
        (count) => count >= 2,
      );
      expect([...received.keys()].sort()).toEqual([`account-${id}/1`, `account-${id}/4`]);
      const [opened, closed] = [received.get(`account-${id}/1`)!, received.get(`account-${id}/4`)!];
      for (const { detail, 'detail-type': type } of [opened, closed]) {
        // As a receiver of structured JSON would: the package throws at anything that the specification does not allow.
        const event = HTTP.toEvent({
          headers: { 'content-type': 'application/cloudevents+json' },
          body: JSON.stringify(detail),
        }) as CloudEvent<unknown>;
        expect(event).toBeInstanceOf(CloudEvent);
        expect(event.validate()).toBe(true);
        expect(event).toMatchObject({ specversion: '1.0', type, source: 'urn:foldstream:account', correlationid: `c-${id}` });
      }
      expect(closed.detail).toMatchObject({
        sequence: '000000000004',
        datacontenttype: 'application/json',
        dataschema: 'urn:foldstream:account:AccountClosed:v1',
        data: { reason: 'moved' },
      });
    } finally {
      await events.send(new RemoveTargetsCommand({ ...rule, Ids: ['queue'] }));
      await events.send(new DeleteRuleCommand({ EventBusName: rule.EventBusName, Name: rule.Rule }));
      await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    }
  });
});
