import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { busSources } from '../../core/deployed-names.ts';
import type { Bus } from '../../engine/ports.ts';
import { lean } from '../client/lean.ts';
import { settings } from '../client/settings.ts';

/** A bus of EventBridge. A call can succeed although some entries failed: those are returned for the caller to retry. */
export const eventBus = (
  busName: string,
  source: (typeof busSources)[keyof typeof busSources],
  client = lean(new EventBridgeClient(settings)),
): Bus => ({
  send: async (entries) => {
    const { FailedEntryCount = 0, Entries = [] } = await client.send(
      new PutEventsCommand({
        Entries: entries.map(({ detailType, detail, resources, time }) => ({
          EventBusName: busName,
          Source: source,
          DetailType: detailType,
          Detail: detail,
          Resources: [...resources],
          Time: new Date(time),
        })),
      }),
    );
    if (FailedEntryCount === 0) return [];
    return entries.flatMap((_, index) => {
      const { EventId, ErrorCode = 'NoAnswer', ErrorMessage = 'no event id came back' } = Entries[index] ?? {};
      return EventId === undefined ? [{ index, reason: `${ErrorCode}: ${ErrorMessage}` }] : [];
    });
  },
});
