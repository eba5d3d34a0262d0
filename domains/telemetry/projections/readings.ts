import { later, rowKey, rowsPerStream } from 'foldstream';
import * as z from 'zod';
import { type TelemetryEvent, telemetrySource } from '../../../events/telemetry.ts';
import { instant } from '../../fields.ts';

const row = z.object({
  sequence: z.int(),
  at: instant,
  value: z.int(),
  score: z.int(),
  left: z.int().meta({ description: 'How many readings since the row before were so near to it that they have none.' }),
});

type Reading = Readonly<z.infer<typeof row>>;
type Running = Readonly<{ owner?: string; shown?: Pick<Reading, 'value'>; left: number }>;

/** In thousandths: what changes by less is the same on a chart. */
const step = 500;
const unusual = 300;

/** GET /views/telemetry-readings/{deviceId}: thinned out, and gone after thirty days. The roll-ups have all of them, for good. */
export const telemetryReadings = rowsPerStream<Running, Reading, TelemetryEvent>()({
  row,
  name: 'telemetry-readings',
  revision: 1,
  from: telemetrySource,
  may: ['owner', 'operator'],
  initial: { left: 0 },
  owner: (memory) => memory.owner,
  expires: (row) => later(row.at, { days: 30 }),
  on: {
    DeviceRegistered: (memory, { data }) => ({ memory: { ...memory, owner: data.owner } }),
    ReadingsReported: (memory, { data: { readings } }) => {
      const rows: Record<string, Reading> = {};
      let { shown, left } = memory;
      for (const reading of readings) {
        const isNear = shown !== undefined && Math.abs(reading.value - shown.value) < step && reading.score < unusual;
        if (!isNear) rows[rowKey(reading.sequence)] = { ...reading, left };
        shown = isNear ? shown : { value: reading.value };
        left = isNear ? left + 1 : 0;
      }
      return { memory: { ...memory, ...(shown && { shown }), left }, rows };
    },
  },
});
