import { DescribeExecutionCommand, ExecutionDoesNotExist, SFNClient } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { stateMachineExecutions } from '../../../lib/aws/rebuild/executions.ts';

const mock = mockClient(SFNClient);
// The class itself is mocked: other files in this process want it back.
afterAll(() => mock.restore());
beforeEach(() => mock.reset());
const executions = stateMachineExecutions(new SFNClient({}), 'arn:aws:states:eu-west-1:1:stateMachine:rebuild');

it.each([
  ['RUNNING', 'running'],
  // It was asked to continue: it has not failed for good.
  ['PENDING_REDRIVE', 'running'],
  ['SUCCEEDED', 'succeeded'],
  ['FAILED', 'failed'],
  ['TIMED_OUT', 'failed'],
  ['ABORTED', 'failed'],
] as const)('an execution that is %s is told as %s', async (status, told) => {
  mock.on(DescribeExecutionCommand).resolves({ status });
  expect(await executions.status('r-1')).toBe(told);
  expect(mock.commandCalls(DescribeExecutionCommand)[0]!.args[0].input.executionArn).toBe(
    'arn:aws:states:eu-west-1:1:execution:rebuild:r-1',
  );
});

it('of an execution that does not exist nothing is known', async () => {
  mock.on(DescribeExecutionCommand).rejects(new ExecutionDoesNotExist({ $metadata: {}, message: 'none' }));
  expect(await executions.status('r-1')).toBeUndefined();
});
