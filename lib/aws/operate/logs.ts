import { CloudFormationClient, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, FilterLogEventsCommand, ResourceNotFoundException } from '@aws-sdk/client-cloudwatch-logs';

/** A log event of a function, from CloudWatch Logs. */
export type LogEvent = Readonly<{ id: string; group: string; at: number; text: string }>;

/** A log group of a deployment: its name and its logical id, which tells its function. */
export type LogGroupOf = Readonly<{ group: string; of: string }>;

/** All log groups of a stack and of those that are nested in it. */
export const logGroupsOf = async (stack: string, client = new CloudFormationClient({})): Promise<readonly LogGroupOf[]> => {
  const found: LogGroupOf[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(new ListStackResourcesCommand({ StackName: stack, NextToken }));
    for (const { ResourceType, PhysicalResourceId: name, LogicalResourceId: of = '' } of page.StackResourceSummaries ?? []) {
      if (name && ResourceType === 'AWS::Logs::LogGroup') found.push({ group: name, of });
      if (name && ResourceType === 'AWS::CloudFormation::Stack') found.push(...(await logGroupsOf(name, client)));
    }
    NextToken = page.NextToken;
  } while (NextToken);
  return found;
};

/** Reads a group's events from a time on (milliseconds), all of them or those that contain a text. A group without events may not exist. */
export const readLogs =
  (client = new CloudWatchLogsClient({})) =>
  async (group: string, from: number, text?: string): Promise<readonly LogEvent[]> => {
    const found: LogEvent[] = [];
    let nextToken: string | undefined;
    do {
      const asked = new FilterLogEventsCommand({
        logGroupName: group,
        startTime: from,
        nextToken,
        ...(text !== undefined && { filterPattern: JSON.stringify(text) }),
      });
      const page = await client.send(asked).catch((error: unknown) => {
        if (error instanceof ResourceNotFoundException) return undefined;
        throw error;
      });
      for (const { eventId = '', timestamp = 0, message = '', logStreamName = '' } of page?.events ?? [])
        found.push({
          id: `${group}/${eventId || `${logStreamName}/${timestamp}/${message}`}`,
          group,
          at: timestamp,
          text: message,
        });
      nextToken = page?.nextToken;
    } while (nextToken);
    return found;
  };
