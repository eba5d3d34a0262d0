import { provingQueue, toProvedBody } from '../../../engine/delivery/proof.ts';
import type { Depth, Queue } from '../../../engine/ports.ts';
import { meantFor } from '../../../engine/view/group/meant.ts';
import { memoryProofs } from '../../memory/system.ts';
import type { World } from './world.ts';

type Message = Readonly<{ id: string; body: string; received: number }>;

const batchSize = 10;
/** The messages of a batch where they are gathered, and how much shorter than outside a second of that is. */
const gatheredBatch = 100;
const gatheredSecond = 100;
const pollers = 3;
const mostReceives = 10;

/** The key with which all functions sign their messages to each other. */
export const simulatedProofs = memoryProofs();

export type SimulatedQueue = Readonly<{
  send(body: string): void;
  /** Sends what one of the deployment's own functions says, with its proof. */
  tell(message: object): void;
  /** Redrives dead letters, as an operator does. */
  redrive(): void;
  depth(): Depth;
  /** The view of a group that messages to this queue are meant for. */
  meantFor?: string;
}>;

/** A group's queue, as what sends to one view of it has it. */
export const queueFor = (queue: SimulatedQueue, revision: string): SimulatedQueue => ({
  ...queue,
  tell: (message) => queue.tell({ ...message, for: revision }),
  meantFor: revision,
});

/** A standard queue and its mapping: batches without order, in parallel, larger and later where messages are gathered; failed messages are retried, and sometimes handled ones come again. */
export const simulatedQueue = (
  world: World,
  name: string,
  handle: (batch: readonly Message[]) => Promise<readonly string[]>,
  { gatherSeconds = 0, delay = () => 0 }: Readonly<{ gatherSeconds?: number | undefined; delay?: () => number }> = {},
): SimulatedQueue => {
  const { time, note } = world;
  const dice = world.dice(`queue ${name}`);
  const letters: Message[] = [];
  let visible: Message[] = [];
  let polling = 0;
  let planned = false;
  let sent = 0;
  const offer = (message: Message, later: number) =>
    time.after(later, () => {
      visible.push(message);
      plan();
    });
  const again = (message: Message) => {
    if (message.received < mostReceives) return offer({ ...message, received: message.received + 1 }, 100 + dice.next() * 900);
    note(name, () => `gives up on ${message.body.slice(0, 80)}`);
    world.count('letters');
    letters.push(message);
  };
  const poll = async (): Promise<void> => {
    if (visible.length === 0 || polling >= pollers) return;
    polling += 1;
    const mixed = world.happens('shuffled', dice) ? dice.shuffled(visible) : visible;
    const batch = mixed.slice(0, 1 + dice.below(gatherSeconds > 0 ? gatheredBatch : batchSize));
    visible = visible.filter((message) => !batch.includes(message));
    if (visible.length > 0) plan();
    try {
      const failed = await handle(batch);
      for (const message of batch) if (failed.includes(message.id) || world.happens('again', dice)) again(message);
    } catch {
      for (const message of batch) again(message);
    }
    polling -= 1;
    plan();
  };
  /** A moment later, or when enough has been gathered, so that batches come together. */
  const plan = () => {
    if (planned || visible.length === 0) return;
    planned = true;
    time.after(gatherSeconds > 0 ? gatherSeconds * gatheredSecond : dice.next() * 40, () => {
      planned = false;
      void poll();
    });
  };
  const send = (body: string) => offer({ id: `${name}-${++sent}`, body, received: 1 }, delay());
  return {
    send,
    tell: (message) => void toProvedBody(simulatedProofs, message).then(send),
    depth: () => ({ waiting: visible.length, inFlight: polling, deadLetters: letters.length }),
    redrive: () => {
      for (const message of letters.splice(0)) offer({ ...message, received: 1 }, 0);
    },
  };
};

/** A consumer's queue, as the sweep and operators see it. */
export const queuePort = (world: World, queue: SimulatedQueue): Queue => {
  const dice = world.dice('queue port');
  const proving = provingQueue(simulatedProofs, {
    send: async (bodies) =>
      bodies.flatMap((body, index) => {
        if (world.happens('refused', dice)) return [{ index, reason: 'InternalFailure' }];
        queue.send(body);
        return [];
      }),
    depth: async () => queue.depth(),
  });
  return queue.meantFor === undefined ? proving : meantFor(proving, queue.meantFor);
};
