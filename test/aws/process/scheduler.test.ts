import {
  ConflictException,
  CreateScheduleCommand,
  DeleteScheduleCommand,
  ResourceNotFoundException,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { eventBridgeScheduler } from '../../../lib/aws/process/scheduler.ts';

const mock = mockClient(SchedulerClient);
// The class itself is mocked: other files in this process want it back.
afterAll(() => mock.restore());
const said: string[] = [];
beforeEach(() => {
  mock.reset();
  said.length = 0;
});

const now = Date.parse('2026-11-21T12:00:00.000Z');
const scheduler = eventBridgeScheduler(
  {
    client: new SchedulerClient({}),
    clock: { now: () => now },
    proofs: { make: async () => 'proof' },
    sendNow: async (body) => void said.push(body),
  },
  { group: 'group', queueArn: 'arn:queue', role: 'arn:role' },
);
const key = 'a'.repeat(64);
const message = { due: { instance: 'orderProcess-1', name: 'payment', setBy: 2 } };
const at = (text: string) => ({ key, at: text, message });
const body = JSON.stringify({ ...message, proof: 'proof' });
const $metadata = {};

describe('one-shots of EventBridge Scheduler', () => {
  it('one-shot: named by its key, in its group, gone afterwards, and never before its time', async () => {
    mock.on(CreateScheduleCommand).resolves({});
    await scheduler.set(at('2026-11-21T12:30:00.001Z'));
    expect(mock.commandCalls(CreateScheduleCommand)[0]?.args[0].input).toEqual({
      Name: key,
      GroupName: 'group',
      ScheduleExpression: 'at(2026-11-21T12:30:02)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      ActionAfterCompletion: 'DELETE',
      Target: { Arn: 'arn:queue', RoleArn: 'arn:role', Input: body },
    });
    expect(said).toEqual([]);
  });

  it('a deadline that has passed is sent at once', async () => {
    await scheduler.set(at('2026-11-21T12:00:00.000Z'));
    expect(said).toEqual([body]);
    expect(mock.commandCalls(CreateScheduleCommand)).toHaveLength(0);
  });

  it('one that is there stays as it is, one that is gone needs no cancelling, and anything else fails', async () => {
    mock.on(CreateScheduleCommand).rejects(new ConflictException({ message: 'there', Message: 'there', $metadata }));
    await scheduler.set(at('2026-11-21T13:00:00.000Z'));
    mock.on(DeleteScheduleCommand).rejects(new ResourceNotFoundException({ message: 'gone', Message: 'gone', $metadata }));
    await scheduler.cancel(key);
    expect(mock.commandCalls(DeleteScheduleCommand)[0]?.args[0].input).toEqual({ Name: key, GroupName: 'group' });
    mock.on(CreateScheduleCommand).rejects(new Error('no'));
    mock.on(DeleteScheduleCommand).rejects(new Error('no'));
    await expect(scheduler.set(at('2026-11-21T13:00:00.000Z'))).rejects.toThrow('no');
    await expect(scheduler.cancel(key)).rejects.toThrow('no');
  });
});
