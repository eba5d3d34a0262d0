import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { Executions } from '../../engine/rebuild/ports.ts';
import { attempts, timeouts } from '../client.ts';

export const sfn = (): SFNClient => new SFNClient({ maxAttempts: attempts, retryMode: 'standard', requestHandler: timeouts });

/** An execution's ARN, from its state machine's and its name. */
const executionArn = (stateMachine: string, name: string) => `${stateMachine.replace(':stateMachine:', ':execution:')}:${name}`;

/** The executions of the state machine of rebuilds. */
export const stateMachineExecutions = (client: SFNClient, stateMachineArn: string): Executions => ({
  start: async (id) => {
    try {
      await client.send(new StartExecutionCommand({ stateMachineArn, name: id, input: JSON.stringify({ rebuild: id }) }));
    } catch (error) {
      // An earlier try succeeded, and its response was lost.
      if (!(error instanceof ExecutionAlreadyExists)) throw error;
    }
  },
  stop: async (id) => {
    try {
      await client.send(new StopExecutionCommand({ executionArn: executionArn(stateMachineArn, id) }));
    } catch (error) {
      if (!(error instanceof ExecutionDoesNotExist)) throw error;
    }
  },
  status: async (id) => {
    try {
      const { status } = await client.send(new DescribeExecutionCommand({ executionArn: executionArn(stateMachineArn, id) }));
      if (status === 'SUCCEEDED') return 'succeeded';
      return status === 'RUNNING' || status === 'PENDING_REDRIVE' ? 'running' : 'failed';
    } catch (error) {
      if (error instanceof ExecutionDoesNotExist) return undefined;
      throw error;
    }
  },
});
