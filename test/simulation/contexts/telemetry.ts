import type { Telemetry } from '../../../domains/telemetry/decider.ts';
import { user } from '../../../lib/index.ts';
import type { Invariant, Workload } from '../../../lib/testing/simulator.ts';
import { statesOf } from './states.ts';

const ada = user('ada');
/** A value that follows from its number, so that none can be taken for another. */
const valueNo = (sequence: number) => 20_000 + ((sequence * 7_919) % 13) * 1_000;

/** Two devices that send batches again and again, out of order, with gaps. */
export const telemetryWorkload: Workload = (dice, n) => {
  const ask = (id: string, type: string, data: object) => ({ category: 'telemetry', id, type, data, actor: ada });
  if (n < 2) return ask(`d${n}`, 'Register', { unit: 'degrees', limit: 25_000 });
  const id = `d${dice.below(2)}`;
  if (dice.chance(0.1)) return ask(id, 'Skip', { to: 1 + dice.below(n) });
  const first = 1 + dice.below(n);
  const readings = Array.from({ length: 1 + dice.below(6) }, (_, i) => {
    const sequence = first + i;
    return { sequence, measured: new Date(Date.UTC(2026, 10, 18, 8, 0, sequence * 20)).toISOString(), value: valueNo(sequence) };
  });
  return ask(id, 'Report', { readings });
};

type Reported = Readonly<{ readings: readonly Readonly<{ sequence: number; value: number }>[]; from: number; to: number }>;

/** Each number is reported or lost, once, and the roll-ups have all that was reported. */
export const readingsAreTakenOnce: Invariant = ({ streams, views }) => {
  for (const { stream, id, state, events } of statesOf(streams, 'telemetry')) {
    const readings = events.flatMap(({ type, data }) => (type === 'ReadingsReported' ? (data as Reported).readings : []));
    const lost = events.flatMap(({ type, data }) => (type === 'ReadingsLost' ? [data as Reported] : []));
    const { last, statistics } = state as Telemetry;
    if (new Set(readings.map(({ sequence }) => sequence)).size !== readings.length) return `${stream} has a reading twice`;
    const all = lost.reduce((sum, { from, to }) => sum + to - from + 1, readings.length);
    if (all !== last) return `${stream} has ${all} readings of ${last}`;
    const wrong = readings.find(({ sequence, value }) => value !== valueNo(sequence));
    if (wrong) return `${stream} has a wrong value for reading ${wrong.sequence}`;
    for (const view of ['telemetry-minutes', 'telemetry-hours', 'telemetry-days']) {
      const rows = (views.get(view) ?? []).filter((item) => item.stream === stream && item.sort !== 'head');
      const [count, sum] = (['count', 'sum'] as const).map((what) =>
        rows.reduce((total, { row }) => total + ((row as Record<string, number> | undefined)?.[what] ?? 0), 0),
      );
      if (count !== readings.length || sum !== statistics.sum)
        return `${view} of ${id} has ${count} readings with the sum ${sum}, and there are ${readings.length} with ${statistics.sum}`;
    }
  }
  return undefined;
};
