import { command, decider, later, refuse } from 'foldstream';
import * as z from 'zod';
import { type TelemetryEvent, telemetryEvents } from '../../events/telemetry.ts';
import { instant } from '../fields.ts';
import { noStatistics, type Statistics, scoreOf, withReading } from './statistics.ts';

const sequence = z.int().positive().max(100_000_000);
/** In thousandths of the unit. A sum over all readings that a device can number stays exact. */
const value = z.int().min(-10_000_000).max(10_000_000);
const reading = z.strictObject({ sequence, measured: instant, value });

const telemetryCommands = {
  Register: command(['owner'], z.strictObject({ unit: z.string().trim().min(1).max(20), limit: value })),
  ChangeLimit: command(['owner'], z.strictObject({ limit: value })),
  /** What the device has measured since, in its own times. Readings that are known already may be among them. */
  Report: command(['owner'], z.strictObject({ readings: z.array(reading).min(1).max(500).readonly() })),
  /** The device has no readings before this one any more. */
  Skip: command(['owner'], z.strictObject({ to: sequence })),
};

export type Telemetry = Readonly<{
  owner?: string;
  limit: number;
  /** The number of the last reading that was taken, and its time. */
  last: number;
  lastAt: string;
  statistics: Statistics;
}>;

/** A device, which numbers its readings 1, 2, 3, ... and may be offline for days. */
export const telemetry = decider<Telemetry, TelemetryEvent>()({
  category: 'telemetry',
  events: telemetryEvents,
  commands: telemetryCommands,
  initial: { limit: 0, last: 0, lastAt: '', statistics: noStatistics },
  owner: (state) => state.owner,
  decide: {
    Register: ({ owner }, terms, { actor }) =>
      owner === undefined ? [{ type: 'DeviceRegistered', data: { owner: actor.id, ...terms } }] : refuse('already-registered'),
    ChangeLimit: (state, { limit }) =>
      unregistered(state) ?? (limit === state.limit ? [] : [{ type: 'LimitChanged', data: { limit } }]),
    Report: (state, { readings }, { at }) => {
      const refusal = unregistered(state);
      if (refusal) return refusal;
      const fresh = readings.filter(({ sequence }) => sequence > state.last);
      const gap = fresh.findIndex(({ sequence }, i) => sequence !== state.last + i + 1);
      // Nothing is taken beyond a gap: what is missing would look like a repeat when it comes.
      if (gap >= 0) return refuse('readings-missing', { next: state.last + gap + 1 });
      const ahead = fresh.find(({ measured }) => Date.parse(measured) > Date.parse(later(at, { minutes: 5 })));
      if (ahead) return refuse('in-the-future', { sequence: ahead.sequence });
      if (fresh.length === 0) return [];
      const over = fresh.filter(({ value }) => value > state.limit).length;
      return [{ type: 'ReadingsReported', data: { readings: judged(state, fresh), over } }];
    },
    Skip: (state, { to }) => {
      const from = state.last + 1;
      return unregistered(state) ?? (to <= from ? [] : [{ type: 'ReadingsLost', data: { from, to: to - 1 } }]);
    },
  },
  evolve: {
    DeviceRegistered: (state, { owner, limit }) => ({ ...state, owner, limit }),
    LimitChanged: (state, { limit }) => ({ ...state, limit }),
    ReadingsReported: (state, { readings }) => ({
      ...state,
      last: readings.at(-1)!.sequence,
      lastAt: readings.at(-1)!.at,
      statistics: readings.reduce((before, { value }) => withReading(before, value), state.statistics),
    }),
    ReadingsLost: (state, { to }) => ({ ...state, last: to }),
  },
});

const unregistered = ({ owner }: Telemetry) => (owner === undefined ? refuse('not-registered') : undefined);

/** Each with its score. A time is never before that of the reading before, whatever the device's clock does: so the roll-ups never go back. */
const judged = ({ lastAt, statistics }: Telemetry, readings: readonly z.infer<typeof reading>[]) => {
  let [latest, known] = [lastAt, statistics];
  return readings.map(({ sequence, measured, value }) => {
    const score = scoreOf(known, value);
    const at = new Date(measured).toISOString();
    known = withReading(known, value);
    if (at > latest) latest = at;
    return { sequence, at: latest, value, score };
  });
};
