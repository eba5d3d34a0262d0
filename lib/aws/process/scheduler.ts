import {
  ConflictException,
  CreateScheduleCommand,
  DeleteScheduleCommand,
  ResourceNotFoundException,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { toProvedBody } from '../../engine/delivery/proof.ts';
import type { Clock, Proofs } from '../../engine/ports.ts';
import type { Scheduler } from '../../engine/process/ports.ts';
import { settings } from '../client/settings.ts';
import { unless } from '../client/unless.ts';

/** The target of one-shots, the role that sends them, and their schedule group. */
export type Shots = Readonly<{ group: string; queueArn: string; role: string }>;

type Sides = Readonly<{
  client: SchedulerClient;
  clock: Pick<Clock, 'now'>;
  proofs: Pick<Proofs, 'make'>;
  /** Puts a message into the same queue at once. */
  sendNow: (body: string) => Promise<void>;
}>;

export const schedulerClient = (): SchedulerClient => new SchedulerClient(settings);

/** The service schedules full seconds. One is added for the difference of clocks: an early message would wait in the queue. */
const expression = (at: string): string =>
  `at(${new Date((Math.ceil(Date.parse(at) / 1_000) + 1) * 1_000).toISOString().slice(0, 19)})`;

/** One-shots of EventBridge Scheduler, each under its key as its name, gone once they have fired. */
export const eventBridgeScheduler = ({ client, clock, proofs, sendNow }: Sides, { group, queueArn, role }: Shots): Scheduler => ({
  set: async ({ key, at, message }) => {
    const body = await toProvedBody(proofs, message);
    // The service's documentation does not say whether it accepts a past time.
    if (Date.parse(at) <= clock.now()) return sendNow(body);
    const schedule = new CreateScheduleCommand({
      Name: key,
      GroupName: group,
      ScheduleExpression: expression(at),
      FlexibleTimeWindow: { Mode: 'OFF' },
      ActionAfterCompletion: 'DELETE',
      // The service retries for a day; the sweep finds deadlines that never arrived.
      Target: { Arn: queueArn, RoleArn: role, Input: body },
    });
    // The key determines the schedule, so an existing one is the same.
    await unless(ConflictException, client.send(schedule));
  },
  cancel: async (key) => {
    await unless(ResourceNotFoundException, client.send(new DeleteScheduleCommand({ Name: key, GroupName: group })));
  },
});
