import { createHmac, hash } from 'node:crypto';
import type { Clock, Keys, Log, Proofs } from '../../engine/ports.ts';

/** Keys that give the same ids and the same randomness in every run: the seed decides. */
export const memoryKeys = (seed = 1): Keys => {
  let state = seed >>> 0;
  // mulberry32: small, and good enough to spread.
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const hex = (digits: number) => Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');
  const digest = (text: string) => createHmac('sha256', 'memory').update(text).digest('hex');
  return {
    hash: (text) => hash('sha256', text),
    digest: async (text) => digest(text),
    digests: async (text) => [digest(text)],
    randomId: () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
    random,
  };
};

/** Proofs under a key of their own: nobody attacks memory, and one hash takes a third of the time of an HMAC. */
export const memoryProofs = (key = 'proofs in memory'): Proofs => {
  const make = (text: string) => hash('sha256', `${key}\n${text}`);
  return { make: async (text) => make(text), holds: async (text, proof) => proof === make(text) };
};

export type MemoryClock = Clock & { set(milliseconds: number): void; advance(milliseconds: number): void };

/** A clock that stands still until it is set or advanced; waiting advances it, and takes no time. */
export const memoryClock = (start = Date.UTC(2026, 10, 21, 12)): MemoryClock => {
  let now = start;
  return {
    now: () => now,
    wait: async (milliseconds) => {
      now += milliseconds;
    },
    set: (milliseconds) => {
      now = milliseconds;
    },
    advance: (milliseconds) => {
      now += milliseconds;
    },
  };
};

export type LogLine = Readonly<{ level: 'info' | 'warn' | 'error'; message: string; fields?: Readonly<Record<string, unknown>> }>;

/** A log that keeps its lines. */
export const memoryLog = (): Log & { readonly lines: LogLine[] } => {
  const lines: LogLine[] = [];
  const at =
    (level: LogLine['level']): Log['info'] =>
    (message, fields) => {
      lines.push({ level, message, ...(fields && { fields }) });
    };
  return { lines, info: at('info'), warn: at('warn'), error: at('error') };
};
