import { type Recorded, rowKey, rowsPerStream } from 'foldstream';
import * as z from 'zod';
import { type TelemetryWatchEvent, telemetryWatchSource } from '../../../events/telemetry-watch.ts';
import { instant } from '../../fields.ts';

type Nothing = Readonly<Record<string, never>>;

const row = z.object({ warning: z.string(), device: z.string(), raisedAt: instant, from: z.string(), to: z.string() });

type Warning = Readonly<z.infer<typeof row>>;

const enter = (_: Nothing, { type, data: { from, to }, entityId, version, at }: Recorded<TelemetryWatchEvent>) => ({
  memory: {},
  rows: { [rowKey(version)]: { warning: type, device: entityId, raisedAt: at, from, to } },
});

/** GET /views/telemetry-warnings/{deviceId}, and of all devices ?list=newest&order=newest-first */
export const telemetryWarnings = rowsPerStream<Nothing, Warning, TelemetryWatchEvent>()({
  row,
  name: 'telemetry-warnings',
  revision: 1,
  from: telemetryWatchSource,
  may: ['operator'],
  initial: {},
  lists: { newest: { sort: (row) => row.raisedAt } },
  on: { OverLimitSuspected: enter, UnusualReadingSuspected: enter, SilenceSuspected: enter },
});
