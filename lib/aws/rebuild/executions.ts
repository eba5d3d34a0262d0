import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { Executions } from '../../engine/rebuild/ports.ts';
import { settings } from '../client/settings.ts';
import { unless } from '../client/unless.ts';

export const sfn = (): SFNClient => new SFNClient(settings);

/** The executions of the state machine of rebuilds. */
export const stateMachineExecutions = (client: SFNClient, stateMachineArn: string): Executions => {
  const arnOf = (id: string) => `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${id}`;
  return {
    start: async (id) => {
      const input = JSON.stringify({ rebuild: id });
      // One that exists was started by an earlier try, whose response was lost.
      await unless(ExecutionAlreadyExists, client.send(new StartExecutionCommand({ stateMachineArn, name: id, input })));
    },
    stop: async (id) => {
      await unless(ExecutionDoesNotExist, client.send(new StopExecutionCommand({ executionArn: arnOf(id) })));
    },
    status: async (id) => {
      const asked = client.send(new DescribeExecutionCommand({ executionArn: arnOf(id) }));
      const execution = await unless(ExecutionDoesNotExist, asked);
      if (!execution) return undefined;
      if (execution.status === 'SUCCEEDED') return 'succeeded';
      return execution.status === 'RUNNING' || execution.status === 'PENDING_REDRIVE' ? 'running' : 'failed';
    },
  };
};
