import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Telemetry, telemetry } from '../../domains/telemetry/decider.ts';
import { telemetryOwners } from '../../domains/telemetry/projections/owners.ts';
import { telemetryReadings } from '../../domains/telemetry/projections/readings.ts';
import { telemetryDays, telemetryHours, telemetryMinutes } from '../../domains/telemetry/projections/roll-ups.ts';
import { telemetryWarnings } from '../../domains/telemetry/projections/warnings.ts';
import { noStatistics, type Statistics, scoreOf, withReading } from '../../domains/telemetry/statistics.ts';
import { telemetryWatch } from '../../domains/telemetry/watch.ts';
import { telemetryEvents } from '../../events/telemetry.ts';
import { decide, fold, isRefusal, later, readEvent, user } from '../../lib/index.ts';
import { deciding, due, projecting, reacting, sharing } from '../../lib/testing/index.ts';

const given = deciding(telemetry);
const registered = { type: 'DeviceRegistered', data: { owner: 'ada', unit: 'degrees', limit: 30_000 } } as const;
const time = (minute: number) => `2026-11-18T08:${String(minute).padStart(2, '0')}:00.000Z`;
const measured = (sequence: number, value = 20_000, minute = sequence) => ({ sequence, measured: time(minute), value });
const report = (...readings: readonly ReturnType<typeof measured>[]) => ({ type: 'Report', data: { readings } }) as const;
const taken = (sequence: number, value = 20_000, minute = sequence, score = 0) => ({ sequence, at: time(minute), value, score });
const reported = (over: number, ...readings: readonly ReturnType<typeof taken>[]) =>
  ({ type: 'ReadingsReported', data: { readings, over } }) as const;

describe('a device', () => {
  it('reports what it has measured, days later in its own times', () => {
    given(registered)
      .when(report(measured(1), measured(2, 31_000)))
      .then(reported(1, taken(1), taken(2, 31_000)));
    given()
      .when(report(measured(1)))
      .rejected('not-registered');
  });

  it('is taken once, whatever it repeats', () => {
    given(registered, reported(0, taken(1), taken(2)))
      .when(report(measured(1), measured(2)))
      .then();
    given(registered, reported(0, taken(1), taken(2)))
      .when(report(measured(2), measured(3)))
      .then(reported(0, taken(3)));
    given(registered)
      .when(report(measured(1)))
      .retrySafe();
  });

  it('is asked for what is missing, and says what it has no more', () => {
    given(registered, reported(0, taken(1)))
      .when(report(measured(3)))
      .rejected('readings-missing', { next: 2 });
    given(registered)
      .when(report(measured(1), measured(3)))
      .rejected('readings-missing', { next: 2 });
    const lost = { type: 'ReadingsLost', data: { from: 2, to: 4 } } as const;
    given(registered, reported(0, taken(1)))
      .when({ type: 'Skip', data: { to: 5 } })
      .then(lost);
    given(registered, reported(0, taken(1)), lost)
      .when({ type: 'Skip', data: { to: 5 } })
      .then();
    given(registered, reported(0, taken(1)), lost)
      .when(report(measured(5)))
      .then(reported(0, taken(5)));
  });

  it('may have a clock that goes back, and none that is ahead', () => {
    given(registered)
      .when(report(measured(1, 0, 9), measured(2, 0, 3)))
      .then(reported(0, taken(1, 0, 9), taken(2, 0, 9)));
    given(registered)
      .when(report(measured(1)), { at: '2026-11-17T00:00:00.000Z' })
      .rejected('in-the-future', { sequence: 1 });
  });

  it('was not judged before there were scores', () => {
    const { score: _, ...old } = taken(1);
    expect(readEvent(telemetryEvents, { type: 'ReadingsReported', v: 1, data: { readings: [old], over: 0 } })).toEqual(
      reported(0, taken(1)),
    );
  });

  it('has each reading once and in order, whichever batches it repeats and in whatever order they come', () => {
    const batches = fc.array(fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 6 })), { maxLength: 30 });
    fc.assert(
      fc.property(batches, (all) => {
        let state = fold(telemetry, telemetry.initial, [registered]) as Telemetry;
        const numbers: number[] = [];
        for (const [first, count] of all) {
          const readings = Array.from({ length: count }, (_, i) => measured(first + i));
          const outcome = decide(telemetry, state, report(...readings), { id: '1', actor: user('ada'), at: time(59) });
          if (isRefusal(outcome)) continue;
          state = fold(telemetry, state, outcome) as Telemetry;
          for (const event of outcome as readonly ReturnType<typeof reported>[])
            numbers.push(...event.data.readings.map(({ sequence }) => sequence));
        }
        expect(numbers).toEqual(Array.from({ length: state.last }, (_, i) => i + 1));
        expect(state.statistics.count).toBe(numbers.length);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a score', () => {
  const of = (values: readonly number[]): Statistics => values.reduce(withReading, noStatistics);
  it('is the distance from the mean in hundredths of a deviation, exactly', () => {
    const ten = [...Array<number>(5).fill(10), ...Array<number>(5).fill(20)];
    expect(scoreOf(of(ten), 15)).toBe(0);
    expect(scoreOf(of(ten), 25)).toBe(200);
    expect(scoreOf(of(ten), 10)).toBe(100);
    expect(scoreOf(of(ten.slice(1)), 25)).toBe(0);
    expect(scoreOf(of(Array<number>(10).fill(7)), 8)).toBe(10_000);
  });
  it('is that of floating point arithmetic, where this is exact enough', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 10, maxLength: 60 }),
        fc.integer({ min: -5_000, max: 5_000 }),
        (values, value) => {
          const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
          const deviation = Math.sqrt(values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / values.length);
          if (deviation < 1) return;
          const score = scoreOf(of(values), value);
          expect(Math.abs(score - Math.min(10_000, (100 * Math.abs(value - mean)) / deviation))).toBeLessThan(1.001);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('the views of telemetry', () => {
  const batch = [
    registered,
    reported(0, taken(1, 20_000, 1), taken(2, 20_100, 1), taken(3, 21_000, 2)),
    reported(1, taken(4, 31_000, 2, 400)),
  ] as const;

  it('roll up by minute, hour and day, across batches', () => {
    projecting(telemetryMinutes)(...batch).rows(
      { from: '2026-11-18T08:01', count: 2, sum: 40_100, least: 20_000, most: 20_100, score: 0 },
      { from: '2026-11-18T08:02', count: 2, sum: 52_000, least: 21_000, most: 31_000, score: 400 },
    );
    const all = { count: 4, sum: 92_100, least: 20_000, most: 31_000, score: 400 };
    projecting(telemetryHours)(...batch).rows({ from: '2026-11-18T08', ...all });
    projecting(telemetryDays)(...batch).rows({ from: '2026-11-18', ...all });
  });
  it('thin out what hardly changes, and say how much', () =>
    projecting(telemetryReadings)(...batch).rows(
      { ...taken(1, 20_000, 1), left: 0 },
      { ...taken(3, 21_000, 2), left: 1 },
      { ...taken(4, 31_000, 2, 400), left: 0 },
    ));
  it('add up for an owner', () =>
    sharing(telemetryOwners)({ a: batch, b: [registered, { type: 'ReadingsLost', data: { from: 1, to: 3 } }] }).rows({
      ada: { devices: 2, readings: 4, over: 1, lost: 3, last: '2026-11-21T12:03:00.000Z' },
    }));
});

describe('the watch over a device', () => {
  const watching = reacting(telemetryWatch);
  const at = (minute: number) => `2026-11-21T12:0${minute}:00.000Z`;
  it('warns of many readings over the limit', () =>
    watching(reported(3, taken(1)))
      .when(reported(2, taken(2)))
      .then({
        raise: [
          {
            type: 'OverLimitSuspected',
            data: { from: at(1), to: at(2), count: 2, sum: 5, events: ['telemetry-1/1', 'telemetry-1/2'] },
          },
        ],
        setDeadlines: { SilenceSuspected: '2026-11-21T13:02:00.001Z' },
      }));
  it('warns of silence, an hour after it was last heard of', () => {
    const silence = { from: at(1), to: later(at(1), { hours: 1 }), first: 1, events: ['telemetry-1/1'] };
    watching(reported(0, taken(1)))
      .when(due('SilenceSuspected'))
      .then({ raise: [{ type: 'SilenceSuspected', data: silence }] });
    projecting(telemetryWarnings)({ type: 'SilenceSuspected', data: silence }).rows({
      warning: 'SilenceSuspected',
      device: '1',
      raisedAt: at(1),
      from: silence.from,
      to: silence.to,
    });
  });
});
