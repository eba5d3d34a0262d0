import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { eventBus } from '../../../lib/aws/delivery/event-bus.ts';
import { busSources } from '../../../lib/core/deployed-names.ts';

describe('eventBus', () => {
  const mock = mockClient(EventBridgeClient);
  // The class itself is mocked: other files in this process want it back.
  afterAll(() => mock.restore());
  const bus = eventBus('bus', busSources.commits, new EventBridgeClient({}));
  const entries = ['a', 'b', 'c'].map((name) => ({
    detailType: `${name}.commit`,
    detail: `{"name":"${name}"}`,
    resources: [`stream-${name}`],
    time: '2026-11-21T12:00:00.000Z',
  }));
  beforeEach(() => mock.reset());

  it('sends what it is given, to its bus, in the name of Foldstream', async () => {
    mock.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: '1' }, { EventId: '2' }, { EventId: '3' }] });
    expect(await bus.send(entries)).toEqual([]);
    expect(mock.commandCalls(PutEventsCommand)[0]?.args[0].input.Entries?.[1]).toEqual({
      EventBusName: 'bus',
      Source: 'foldstream.commits',
      DetailType: 'b.commit',
      Detail: '{"name":"b"}',
      Resources: ['stream-b'],
      Time: new Date('2026-11-21T12:00:00.000Z'),
    });
  });

  it('answers which entries failed, and why, of a call that succeeded', async () => {
    mock.on(PutEventsCommand).resolves({
      FailedEntryCount: 2,
      Entries: [
        { ErrorCode: 'ThrottlingException', ErrorMessage: 'slow down' },
        { EventId: '2' },
        { ErrorCode: 'InternalFailure' },
      ],
    });
    expect(await bus.send(entries)).toEqual([
      { index: 0, reason: 'ThrottlingException: slow down' },
      { index: 2, reason: 'InternalFailure: no event id came back' },
    ]);
  });

  it('takes an entry without an answer as failed', async () => {
    mock.on(PutEventsCommand).resolves({ FailedEntryCount: 1, Entries: [{ EventId: '1' }, { EventId: '2' }] });
    expect((await bus.send(entries)).map(({ index }) => index)).toEqual([2]);
  });

  it('lets a failed call through', async () => {
    mock.on(PutEventsCommand).rejects(new Error('no bus'));
    await expect(bus.send(entries)).rejects.toThrow('no bus');
  });
});
