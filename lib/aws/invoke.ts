import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';

/** Has a function do something, and waits for its answer. */
export const invoked = async <Answer>(client: LambdaClient, FunctionName: string, order: object): Promise<Answer> => {
  const { FunctionError, Payload } = await client.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(order) }));
  const answer = Payload ? Buffer.from(Payload).toString() : '';
  if (FunctionError) throw new Error(`${FunctionName}: ${FunctionError}: ${answer.slice(0, 500)}`);
  return JSON.parse(answer) as Answer;
};
