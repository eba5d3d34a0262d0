import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { type AnyDecider, command, type Decider, refuse } from '../../../lib/core/decider.ts';
import { v1 } from '../../../lib/core/version.ts';
import type { CommandRequest } from '../../../lib/engine/command/request.ts';
import { itemSize } from '../../../lib/engine/store/size.ts';

export type Entry = Readonly<{ amount: number; text: string }>;
export type Ledger = Readonly<{ entries: number; balance: number }>;
type Recorded = Readonly<{ type: 'EntryRecorded'; data: Entry }>;
type Record = Readonly<{ type: 'Record'; data: Readonly<{ entries: readonly Entry[] }> }>;

const entry = z.object({ amount: z.int(), text: z.string() });

export const emptyLedger: Ledger = { entries: 0, balance: 0 };
export const withEntry = ({ entries, balance }: Ledger, { amount }: Entry): Ledger => ({
  entries: entries + 1,
  balance: balance + amount,
});

const decider: Decider<Ledger, Record, Recorded> = {
  category: 'ledger',
  events: { EntryRecorded: v1(entry) },
  commands: { Record: command(['owner'], z.strictObject({ entries: z.array(entry).readonly() })) },
  initial: emptyLedger,
  decide: {
    Record: ({ balance }, { entries }) =>
      entries.reduce((sum, { amount }) => sum + amount, balance) < 0
        ? refuse('insufficient-funds', { balance })
        : entries.map((data) => ({ type: 'EntryRecorded', data })),
  },
  evolve: { EntryRecorded: withEntry },
};

/** The aggregate with which cost and speed are measured: one command makes as many events, of as many bytes, as it is told to. */
export const ledger = decider as AnyDecider;

const bare = itemSize({ type: 'EntryRecorded', v: 1, data: { amount: 1, text: '' } });

/** The smallest event has this many bytes, by DynamoDB's rule. */
export const smallestEvent = bare + 8;

/** Entries whose events have so many bytes each, by DynamoDB's rule. */
export const entriesOf = (count: number, bytes: number): readonly Entry[] =>
  Array.from({ length: count }, () => ({ amount: 1, text: 'x'.repeat(bytes - bare) }));

const hexadecimal = (digits: number) => `${randomUUID()}${randomUUID()}`.replaceAll('-', '').slice(0, digits);

/** A request with all that HTTP may add to it: an Idempotency-Key and a traceparent. */
export const records = (stream: string, entries: readonly Entry[], over: Partial<CommandRequest> = {}): CommandRequest => ({
  stream,
  command: { type: 'Record', data: { entries } },
  actor: { id: randomUUID(), kind: 'user', roles: [] },
  id: `http/${randomUUID()}`,
  digest: hexadecimal(64),
  meta: {
    correlation: randomUUID(),
    causation: randomUUID(),
    traceparent: `00-${hexadecimal(32)}-${hexadecimal(16)}-01`,
  },
  ...over,
});

/** The same without any of it: what a request under a fresh id of its own leaves out. */
export const plainly = (request: CommandRequest): CommandRequest => {
  const { digest: _, ...rest } = request;
  const { correlation, causation } = request.meta;
  return { ...rest, id: request.id.replace('http/', 'request/'), meta: { correlation, causation } };
};

export const withdrawsTooMuch = (stream: string): CommandRequest => records(stream, [{ amount: -1_000_000_000, text: '' }]);
