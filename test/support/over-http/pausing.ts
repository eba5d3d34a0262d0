import {
  GetEventSourceMappingCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  paginateListEventSourceMappings,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { eventually } from '../eventually.ts';

/** Keeps a function from being handed anything from its queue, or its stream, while something is done; what arrived meanwhile comes afterwards. */
export const whilePaused = async <T>(FunctionName: string, work: () => Promise<T>): Promise<T> => {
  const lambda = new LambdaClient({});
  const { EventSourceMappings: [mapping] = [] } = await lambda.send(new ListEventSourceMappingsCommand({ FunctionName }));
  const UUID = mapping?.UUID;
  const enable = async (Enabled: boolean) => {
    await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }));
    await eventually(
      async () => (await lambda.send(new GetEventSourceMappingCommand({ UUID }))).State,
      (state) => state === (Enabled ? 'Enabled' : 'Disabled'),
    );
  };
  await enable(false);
  try {
    return await work();
  } finally {
    await enable(true);
  }
};

/** Hands functions whose names begin so nothing any more. At the end of a file, `<stack>-`: what is still tried again there, for nobody, takes processor time of the tests that follow. */
export const atRest = async (names: string): Promise<void> => {
  const lambda = new LambdaClient({});
  for await (const { EventSourceMappings = [] } of paginateListEventSourceMappings({ client: lambda }, {}))
    for (const { UUID, FunctionArn } of EventSourceMappings)
      if (FunctionArn?.includes(`:function:${names}`))
        await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
};
