import * as z from 'zod';
import { transferProcess } from '../../domains/transfer/process.ts';
import type { AnyProcess, Reaction } from '../../lib/core/process/process.ts';
import { v1 } from '../../lib/core/version.ts';

type React = (memory: unknown, what: unknown) => Reaction<unknown> | undefined;
type Reactions = Readonly<Record<string, React>>;

/** A process with every reaction changed, by its name. */
export const withReactions = (process: AnyProcess, change: (name: string, react: React) => React): AnyProcess => {
  const all = (reactions: AnyProcess['on'] = {}) =>
    Object.fromEntries(Object.entries(reactions as Reactions).map(([name, react]) => [name, change(name, react)]));
  const { on, onDone, onRefused, onDeadline, onResolved } = process;
  const named = { on: all(on), onDone: all(onDone), onRefused: all(onRefused), onDeadline: all(onDeadline) };
  return { ...process, ...named, ...(onResolved && all({ onResolved })) };
};

/** A release's faults: it cannot credit what ends on a 3, does not know what to do when two lines are not paid, nor what follows where twenty are
 * settled by hand; the next release can. */
export const faulty = (process: AnyProcess): AnyProcess =>
  withReactions(process, (name, react) => (memory, what) => {
    const { amount, lines = [] } = memory as Readonly<{ amount: number; lines?: readonly unknown[] }>;
    if (name === 'debited' && amount % 10 === 3) throw new Error('nobody credits a three');
    if (name === 'payment' && lines.length === 2) throw new Error('nobody waits for two');
    if (name === 'onResolved' && amount === 20) throw new Error('nobody settles twenty');
    return react(memory, what);
  });

const first = transferProcess.memory.schemas[0] as z.ZodObject;
const second = first.extend({ edition: z.literal(2) });
const old = transferProcess as AnyProcess;

/** The release before can read what the next one is about to remember. */
export const transfersBefore = {
  ...faulty(old),
  memory: v1(first).soon(second, ({ edition: _, ...memory }) => memory),
} as AnyProcess;
/** The release that remembers it. */
export const transfersAfter = {
  ...withReactions(old, (_, react) => (memory, what) => {
    const reaction = react(memory, what);
    return reaction?.memory ? { ...reaction, memory: { ...reaction.memory, edition: 2 } } : reaction;
  }),
  memory: v1(first).next(second, (memory) => ({ ...memory, edition: 2 as const })),
  initial: { ...(old.initial as object), edition: 2 },
} as unknown as AnyProcess;
