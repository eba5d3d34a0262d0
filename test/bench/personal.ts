import { generateKeyPairSync } from 'node:crypto';
import * as z from 'zod';
import { hpkeBox, spkiOfP256 } from '../../lib/aws/personal/box.ts';
import { type Commit, storedEvents } from '../../lib/core/commit.ts';
import { command, type Decider } from '../../lib/core/decider.ts';
import type { Message } from '../../lib/core/message.ts';
import { personal } from '../../lib/core/personal/personal.ts';
import { v1 } from '../../lib/core/version.ts';
import { handleCommand } from '../../lib/engine/command/handle.ts';
import { cachedOpening, cachedSealing } from '../../lib/engine/personal/cached.ts';
import { opened } from '../../lib/engine/personal/open.ts';
import type { OpeningKeys, SealingKeys } from '../../lib/engine/personal/ports.ts';
import { asks, instanceOver, memoryTable } from '../support/examples/commanding.ts';
import { processorSeconds } from './kinds.ts';
import { writeSection } from './page.ts';
import { type Bar, bars, circumstances, figure, markdown, median } from './report.ts';

const quick = process.argv.includes('--quick');
const rounds = quick ? 21 : 101;
/** So many commands for each reading of the processor's time, which counts in microseconds. */
const commandsEach = 20;
const streams = 20;
const counts = [0, 1, 3, 5, 10];
const mostMilliseconds = 0.3;

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const point = publicKey.export({ format: 'der', type: 'spki' }).subarray(spkiOfP256.length);

const keys: SealingKeys & OpeningKeys = {
  publicHalf: async (subject) => ({ subject, version: 1, publicKey: point, hashSecret: Buffer.alloc(32, 1) }),
  existing: async () => undefined,
  findSecret: async () => Buffer.alloc(32, 2),
  privateHalf: async (subject, version) => ({ subject, version, key: privateKey }),
};

/** An aggregate with so many personal values, as an address book has them: the first is found among all subjects. */
const personOf = (count: number): Decider<unknown, Message, Message> => {
  const fields = (of: (i: number) => z.ZodType) =>
    z.object(Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`f${i}`, of(i)])));
  return {
    category: 'person',
    events: { Told: v1(fields((i) => (i < count ? personal(z.string(), { find: i === 0 }) : z.string()))) },
    commands: {
      Tell: command(
        ['user'],
        fields(() => z.string()),
      ),
    },
    initial: {},
    decide: { Tell: (_: unknown, data: object) => [{ type: 'Told', data }] },
    evolve: { Told: (_: unknown, data: unknown) => data },
  } as unknown as Decider<unknown, Message, Message>;
};

const values = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`f${i}`, `some twenty letters ${i}`]));

/** Warm instances of one command function for each count of personal values, and how to measure a round of each. */
const worlds = await Promise.all(
  counts.map(async (count) => {
    const table = memoryTable();
    const [box, aging] = [hpkeBox(), { clock: table.clock, milliseconds: 3_600_000 }];
    const instance = instanceOver(table, {
      decider: personOf(count) as never,
      personal: { keys: cachedSealing(keys, aging), box },
    });
    const opening = { keys: cachedOpening(keys, aging), box };
    const stored: Commit[] = [];
    const send = async () => {
      for (let i = 0; i < commandsEach; i += 1) {
        const answer = await handleCommand(instance, asks('Tell', values, { stream: `person-${i % streams}` }));
        if (answer.outcome !== 'committed') throw new Error(`A command was answered ${answer.outcome}.`);
        stored[i] = answer.commit;
      }
    };
    const read = async () => {
      for (const commit of stored) await opened(opening, storedEvents(commit));
    };
    const perCommit = async (run: () => Promise<void>) => ((await processorSeconds(run)) * 1_000) / commandsEach;
    return {
      count,
      sent: [] as number[],
      read: [] as number[],
      round: async () => [await perCommit(send), await perCommit(read)] as const,
    };
  }),
);

// The first rounds warm the compiler up, as the first seconds of a function's life do. The kinds take turns, so that all have the same neighbours.
const warming = quick ? 10 : 30;
for (let round = 0; round < rounds + warming; round += 1)
  for (const world of worlds) {
    const [sent, read] = await world.round();
    if (round < warming) continue;
    world.sent.push(sent);
    world.read.push(read);
  }

const [plain, ...sealed] = worlds;
/** The median of what is more than in the same round without personal values. */
const more = (of: 'sent' | 'read', world: (typeof worlds)[number]) => median(world[of].map((value, i) => value - plain![of][i]!));
const handful = sealed.find(({ count }) => count === 5)!;
const measured = more('sent', handful);
const promised: Bar[] = [
  {
    what: `Sealing a warm commit with ${handful.count} values, processor time more than without: median`,
    limit: `<= ${mostMilliseconds} ms`,
    measured: `${figure(measured)} ms`,
    holds: measured <= mostMilliseconds,
  },
];
const text = [
  '## Sealing and opening personal values',
  '',
  '    npm run bench:personal',
  '',
  circumstances(),
  '',
  `One warm command of ten texts over tables in memory, of which none, some or all are personal values of one subject; the first is declared \`find: true\`. Processor time in milliseconds, the garbage collector included; medians of ${rounds} rounds of ${commandsEach} commands, in which all take turns. Opening is what a warm reader does with the commit afterwards: one decapsulation for all values of one subject.`,
  '',
  markdown({
    title: 'Processor time of a command, and of opening its commit',
    head: ['personal values', 'command, ms', 'over plain', 'sealing, ms', 'opening, ms'],
    rows: worlds.map((world) => [
      world.count === 0 ? 'none' : String(world.count),
      figure(median(world.sent)),
      `${figure(median(world.sent.map((value, i) => value / plain!.sent[i]!)))} x`,
      world === plain ? '-' : figure(more('sent', world)),
      world === plain ? '-' : figure(more('read', world)),
    ]),
  }),
  '',
  markdown(bars(promised)),
].join('\n');

console.log(text);
if (!quick) writeSection('personal', text);
if (promised.some(({ holds }) => !holds)) process.exitCode = 1;
