import { CloudWatchLogsClient, DescribeLogGroupsCommand, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';

/**
 * The structured lines of a function's log since a time (milliseconds). One question brings the oldest 10,000 events at most, and the local engine has no
 * further pages: of a log of a long run the newest lines would never be found, and each question would take seconds.
 */
export const logLines = async (functionName: string, startTime: number): Promise<readonly Record<string, unknown>[]> => {
  const lambda = new LambdaClient({});
  const logs = new CloudWatchLogsClient({});
  const { LoggingConfig } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: functionName }));
  const wanted = LoggingConfig?.LogGroup ?? `/aws/lambda/${functionName}`;
  const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: wanted }));
  const lines: Record<string, unknown>[] = [];
  for (const { logGroupName } of logGroups) {
    const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName, startTime }));
    for (const { message = '' } of events)
      for (const line of message.split('\n')) if (line.startsWith('{')) lines.push(JSON.parse(line));
  }
  return lines;
};
