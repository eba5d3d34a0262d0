import { type EventOf, type Source, suspicions } from 'foldstream';

/** Events that the watch raises about a device. The formats are the kernel's, one for each kind of pattern. */
export const telemetryWatchEvents = {
  OverLimitSuspected: suspicions['sum-within'],
  UnusualReadingSuspected: suspicions['count-within'],
  SilenceSuspected: suspicions['not-followed-by'],
};

export type TelemetryWatchEvent = EventOf<typeof telemetryWatchEvents>;

export const telemetryWatchSource: Source<TelemetryWatchEvent> = { category: 'telemetryWatch', events: telemetryWatchEvents };
