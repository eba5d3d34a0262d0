import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, paginateFilterLogEvents, ResourceNotFoundException } from '@aws-sdk/client-cloudwatch-logs';
import { unless } from '../client/unless.ts';
import { stackResources } from './stack-resources.ts';

/** A log event of a function, from CloudWatch Logs. */
export type LogEvent = Readonly<{ id: string; group: string; at: number; text: string }>;

/** A log group of a deployment: its name and its logical id, which tells its function. */
export type LogGroupOf = Readonly<{ group: string; of: string }>;

/** All log groups of a stack and of those that are nested in it. */
export const logGroupsOf = async (stack: string, client = new CloudFormationClient({})): Promise<readonly LogGroupOf[]> =>
  (await stackResources(stack, client)).flatMap(({ type, name, of }) =>
    type === 'AWS::Logs::LogGroup' ? [{ group: name, of }] : [],
  );

/** Reads a group's events from a time on (milliseconds), all of them or those that contain a text. A group without events may not exist. */
export const readLogs =
  (client = new CloudWatchLogsClient({})) =>
  async (group: string, from: number, text?: string): Promise<readonly LogEvent[]> => {
    const found: LogEvent[] = [];
    const filter = text === undefined ? {} : { filterPattern: JSON.stringify(text) };
    const pages = paginateFilterLogEvents({ client }, { logGroupName: group, startTime: from, ...filter });
    const read = async () => {
      for await (const { events = [] } of pages)
        for (const { eventId = '', timestamp: at = 0, message = '', logStreamName = '' } of events)
          found.push({ id: `${group}/${eventId || `${logStreamName}/${at}/${message}`}`, group, at, text: message });
    };
    await unless(ResourceNotFoundException, read());
    return found;
  };
