import { type EventOf, type Source, v1 } from 'foldstream';
import * as z from 'zod';

const sequence = z.int().positive();
/** `at`: the device's own time. `value`: in thousandths of the unit. */
const reading = z.object({ sequence, at: z.string(), value: z.int() });
const reported = z.object({ readings: z.array(reading).readonly(), over: z.int().nonnegative() });

/** Stored formats: append-only once released, see account.ts. */
export const telemetryEvents = {
  DeviceRegistered: v1(z.object({ owner: z.string(), unit: z.string(), limit: z.int() })),
  LimitChanged: v1(z.object({ limit: z.int() })),
  /** `over`: how many of them are over the limit. */
  ReadingsReported: v1(reported)
    // v2, 2026-12: how far each is from what was usual, in hundredths of a deviation. Those before were not judged.
    .next(reported.extend({ readings: z.array(reading.extend({ score: z.int() })).readonly() }), (old) => ({
      ...old,
      readings: old.readings.map((each) => ({ ...each, score: 0 })),
    })),
  /** The device has these readings no more. */
  ReadingsLost: v1(z.object({ from: sequence, to: sequence })),
};

export type TelemetryEvent = EventOf<typeof telemetryEvents>;

export const telemetrySource: Source<TelemetryEvent> = { category: 'telemetry', events: telemetryEvents };
