import { sharedRows } from 'foldstream';
import * as z from 'zod';
import { type TelemetryEvent, telemetrySource } from '../../../events/telemetry.ts';
import { count } from '../../fields.ts';

type Known = Readonly<{ owner?: string; readings: number; over: number; lost: number; last?: string }>;

const row = z.object({ devices: count, readings: count, over: count, lost: count, last: z.string().optional() });

/** GET /views/telemetry-owners/{owner}: all devices of an owner, and when one of them was last heard of. */
export const telemetryOwners = sharedRows<Known, TelemetryEvent>()({
  row,
  name: 'telemetry-owners',
  revision: 1,
  from: telemetrySource,
  may: ['owner', 'operator'],
  owner: (row) => row,
  initial: { readings: 0, over: 0, lost: 0 },
  on: {
    DeviceRegistered: (known, { data }) => ({ ...known, owner: data.owner }),
    ReadingsReported: (known, { data: { readings, over }, at }) => ({
      ...known,
      readings: known.readings + readings.length,
      over: known.over + over,
      last: at,
    }),
    ReadingsLost: (known, { data: { from, to } }) => ({ ...known, lost: known.lost + to - from + 1 }),
  },
  shares: ({ owner, readings, over, lost, last }) =>
    owner === undefined
      ? {}
      : { [owner]: { counts: { devices: 1 }, sums: { readings, over, lost }, ...(last && { highest: { last } }) } },
  show: ({ counts, sums, highest }) => ({
    devices: counts.devices ?? 0,
    readings: sums.readings ?? 0,
    over: sums.over ?? 0,
    lost: sums.lost ?? 0,
    ...(highest.last !== undefined && { last: String(highest.last) }),
  }),
});
