import { rowsPerStream } from 'foldstream';
import * as z from 'zod';
import { type TelemetryEvent, telemetrySource } from '../../../events/telemetry.ts';

const row = z.object({
  from: z
    .string()
    .meta({ description: 'The beginning of the span, as far as it is written: 2026-11-21T12:05, 2026-11-21T12, 2026-11-21.' }),
  count: z.int(),
  sum: z.int(),
  least: z.int(),
  most: z.int(),
  score: z.int().meta({ description: 'The highest score: hundredths of a deviation from what was usual.' }),
});

type RollUp = Readonly<z.infer<typeof row>>;
type Running = Readonly<{ owner?: string; last?: RollUp }>;
type Reading = Readonly<{ at: string; value: number; score: number }>;

/** One row for each span in which a device has measured: `letters` of an instant name the span. Only the last span ever changes. */
const rollUp = (name: string, letters: number) =>
  rowsPerStream<Running, RollUp, TelemetryEvent>()({
    row,
    name,
    revision: 1,
    from: telemetrySource,
    may: ['owner', 'operator'],
    initial: {},
    owner: (memory) => memory.owner,
    on: {
      DeviceRegistered: (_, { data }) => ({ memory: { owner: data.owner } }),
      ReadingsReported: (memory, { data: { readings } }) => {
        const rows: Record<string, RollUp> = {};
        let last = memory.last;
        for (const reading of readings) {
          const from = reading.at.slice(0, letters);
          last = last?.from === from ? withReading(last, reading) : begun(from, reading);
          rows[from] = last;
        }
        return { memory: { ...memory, ...(last && { last }) }, rows };
      },
    },
  });

const begun = (from: string, { value, score }: Reading): RollUp => ({
  from,
  count: 1,
  sum: value,
  least: value,
  most: value,
  score,
});

const withReading = (before: RollUp, { value, score }: Reading): RollUp => ({
  from: before.from,
  count: before.count + 1,
  sum: before.sum + value,
  least: Math.min(before.least, value),
  most: Math.max(before.most, value),
  score: Math.max(before.score, score),
});

/** GET /views/telemetry-minutes/{deviceId}, and the same for hours and days. */
export const telemetryMinutes = rollUp('telemetry-minutes', '2026-11-21T12:05'.length);
export const telemetryHours = rollUp('telemetry-hours', '2026-11-21T12'.length);
export const telemetryDays = rollUp('telemetry-days', '2026-11-21'.length);
