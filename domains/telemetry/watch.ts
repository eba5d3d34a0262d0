import { watch } from 'foldstream';
import { type TelemetryEvent, telemetrySource } from '../../events/telemetry.ts';
import { telemetryWatchSource } from '../../events/telemetry-watch.ts';

/** Three deviations. */
const unusual = 300;

/** Each device by itself. The times are those of the reports: whoever was offline is not alarmed about what is over. */
export const telemetryWatch = watch<TelemetryEvent>({
  category: telemetryWatchSource.category,
  from: [telemetrySource],
  since: '2026-11-01T00:00:00.000Z',
  key: ({ entityId }) => entityId,
  raises: telemetryWatchSource.events,
  patterns: {
    OverLimitSuspected: {
      kind: 'sum-within',
      of: { ReadingsReported: ({ data }) => data.over || undefined },
      exceeds: 4,
      within: { minutes: 10 },
    },
    /** Two reports: a single one may be a measurement that went wrong. */
    UnusualReadingSuspected: {
      kind: 'count-within',
      of: { ReadingsReported: ({ data }) => data.readings.find(({ score }) => score >= unusual)?.score },
      reaches: 2,
      within: { minutes: 10 },
    },
    SilenceSuspected: {
      kind: 'not-followed-by',
      first: { ReadingsReported: ({ data }) => data.readings.length },
      by: { ReadingsReported: ({ data }) => data.readings.length },
      within: { hours: 1 },
    },
  },
});
