import { Badge } from './badge.tsx';

type Lag = Readonly<{ waiting: number; inFlight: number; deadLetters: number; oldestSeconds?: number }>;

/** How far a consumer is behind, in words; nothing but "up to date" where nothing waits. */
export const LagSaid = ({ lag: { waiting, inFlight, deadLetters, oldestSeconds } }: Readonly<{ lag: Lag }>) => (
  <span class="row">
    {deadLetters > 0 && <Badge tone="bad">{deadLetters === 1 ? '1 dead letter' : `${deadLetters} dead letters`}</Badge>}
    {waiting > 0 && <Badge tone="warn">{waiting} waiting</Badge>}
    {inFlight > 0 && <Badge tone="busy">{inFlight} in work</Badge>}
    {waiting + inFlight + deadLetters === 0 && <Badge tone="ok">up to date</Badge>}
    {oldestSeconds !== undefined && oldestSeconds > 0 && <span class="dim">the oldest is {Math.round(oldestSeconds)} s old</span>}
  </span>
);
