import { describe, expect, it } from 'vitest';
import { boxesOf, rateText, span, wrongOf } from '../../console/screens/flow/boxes.ts';
import { pictureOf } from '../../console/screens/flow/layout.ts';
import type { Flow } from '../../lib/engine/operate/flow/report.ts';

const calm = { waiting: 0, inFlight: 0, deadLetters: 0 };
const view = (name: string, over: Partial<Flow['views'][number]> = {}): Flow['views'][number] => ({
  name,
  revision: 1,
  active: true,
  from: ['account'],
  parked: 0,
  moreParked: false,
  lag: calm,
  ...over,
});

const flowOf = (views: number, over: Partial<Flow> = {}): Flow => ({
  at: '2026-11-30T02:00:00.000Z',
  api: {},
  commands: [{ category: 'account' }, { category: 'order' }],
  publisher: {},
  views: Array.from({ length: views }, (_, i) => view(`view-${i}`)),
  publicEvents: view('public-events'),
  processes: [
    { process: 'payment', from: ['order'], sends: ['account'], effects: ['charge'], lag: calm, standing: { byStatus: {} } },
  ],
  effects: [{ effect: 'charge', provider: 'acme', circuit: 'closed', lag: calm, standing: { byStatus: {} } }],
  schedules: [{ schedule: 'monthly', sends: ['account'], paused: false, lag: calm }],
  ...over,
});

describe('the boxes of the flow', () => {
  it('nothing is wrong with a calm deployment, and what is not measured is not called zero', () => {
    const boxes = boxesOf(flowOf(3));
    expect(wrongOf(boxes)).toEqual([]);
    // Green is a claim, too: of commands and the publisher nothing is known without figures.
    expect(boxes.filter(({ tone }) => tone !== 'ok').map(({ id, tone }) => [id, tone])).toEqual([
      ['command/account', 'off'],
      ['command/order', 'off'],
      ['commits', 'off'],
    ]);
    expect(boxes.filter((box) => 'perMinute' in box)).toEqual([]);
    expect(boxes.find(({ id }) => id === 'command/account')?.says).toEqual(['not measured here']);
  });

  it('each thing that needs somebody is named in words, the worst first, and leads to where it is seen to', () => {
    const boxes = boxesOf(
      flowOf(0, {
        views: [
          view('slow', { lag: { ...calm, waiting: 7, oldestSeconds: 61 } }),
          view('parks', { parked: 100, moreParked: true }),
          view('dead', { lag: { ...calm, deadLetters: 1 } }),
          view('rebuilt', { revision: 2, active: false, rebuild: { id: 'r1', kind: 'rebuild', state: 'filling' } }),
          view('resting', { active: false }),
        ],
        processes: [
          {
            process: 'payment',
            from: [],
            sends: [],
            effects: [],
            lag: calm,
            standing: { byStatus: { stuck: 2, parked: 1 }, atLeast: true },
          },
        ],
        effects: [{ effect: 'charge', provider: 'acme', circuit: 'open', lag: calm, standing: { byStatus: { 'timed-out': 1 } } }],
        schedules: [{ schedule: 'monthly', sends: [], paused: false, late: '2026-11-30T01:00:00.000Z', lag: calm }],
        publisher: { behindSeconds: 400 },
      }),
    );
    expect(wrongOf(boxes).map(({ title, tone, wrong, link }) => [title, tone, wrong.join('; '), link])).toEqual([
      ['monthly', 'bad', 'late', '#/schedules/monthly'],
      ['commits', 'bad', 'the publisher is behind 7 min', '#/streams'],
      ['payment', 'bad', '2 or more stuck; 1 or more parked', '#/processes?process=payment&status=stuck'],
      ['charge', 'bad', 'acme is not called; 1 timed out', '#/effects?effect=charge&status=timed-out'],
      ['parks', 'bad', '100 or more parked', '#/views/parks?revision=1'],
      ['dead', 'bad', '1 dead letter: look, redrive', '#/letters/view/dead.r1'],
      ['slow', 'warn', 'late: the oldest waits 61 s', '#/views/slow?revision=1'],
    ]);
    const tones = Object.fromEntries(boxes.map(({ title, tone }) => [title, tone]));
    expect([tones.rebuilt, tones.resting]).toEqual(['busy', 'off']);
    expect(boxes.find(({ title }) => title === 'rebuilt')?.link).toBe('#/views/rebuilt/rebuild/r1');
  });

  it('the backlog of a group is shown once, at its first view, and the others say with whom they wait', () => {
    const lag = { waiting: 7, inFlight: 0, deadLetters: 2 };
    const of = (name: string) => view(name, { group: 'desk', lag });
    const views = [of('a'), view('alone'), of('b'), { ...of('c'), parked: 1 }];
    const boxes = boxesOf(flowOf(0, { views }));
    const said = (name: string) => boxes.find(({ title }) => title === name)?.says;
    expect(said('a')).toEqual(['the group desk: 2 dead letters: look, redrive', '7 waiting']);
    expect(said('b')).toEqual(['waits with its group desk']);
    expect(said('c')).toEqual(['1 parked', 'waits with its group desk']);
    expect(said('alone')).toEqual(['up to date']);
    expect(wrongOf(boxes).map(({ title, link }) => [title, link])).toEqual([
      ['a', expect.stringContaining('a.r1')],
      ['c', '#/views/c?revision=1'],
    ]);
    const calmGroup = boxesOf(flowOf(0, { views: [view('a', { group: 'desk' }), view('b', { group: 'desk' })] }));
    expect(calmGroup.find(({ title }) => title === 'b')?.says).toEqual(['up to date']);
  });

  it('spans and rates are as short as they may be', () => {
    expect([span(4.2), span(600), span(7_200)]).toEqual(['4 s', '10 min', '2 h']);
    expect([rateText(0), rateText(3.2), rateText(66.4), rateText(12_400)]).toEqual(['0/min', '3.2/min', '66/min', '12k/min']);
  });
});

/** Points along a path of lines to the right and curves. */
const pointsOf = (path: string): readonly (readonly [number, number])[] => {
  const points: [number, number][] = [];
  let [x, y] = [0, 0];
  for (const [, way, rest = ''] of path.matchAll(/([MHC])([^MHC]*)/g)) {
    const n = rest.split(' ').map(Number) as [number, number, number, number, number, number];
    // A line is a curve whose handles are its ends.
    const [x1, y1, x2, y2, toX, toY] = way === 'C' ? n : way === 'H' ? [x, y, n[0], y, n[0], y] : [x, y, x, y, n[0], n[1]];
    const between = (t: number, p: number, q: number, r: number, s: number) =>
      (1 - t) ** 3 * p + 3 * (1 - t) ** 2 * t * q + 3 * (1 - t) * t ** 2 * r + t ** 3 * s;
    if (way !== 'M') for (let t = 0.02; t < 1; t += 0.02) points.push([between(t, x, x1, x2, toX), between(t, y, y1, y2, toY)]);
    [x, y] = [toX, toY];
  }
  return points;
};

describe('the picture of the flow', () => {
  it.each([0, 1, 6, 7, 40])('with %d views no two boxes meet, all are inside, and each consumer has an arrow', (views) => {
    const boxes = boxesOf(flowOf(views));
    const { placed, width, height, arrows } = pictureOf(boxes);
    expect(placed.map(({ box }) => box.id).sort()).toEqual(boxes.map(({ id }) => id).sort());
    for (const [i, a] of placed.entries()) {
      expect([a.x >= 0, a.y >= 0, a.x + a.width <= width, a.y + a.height <= height]).toEqual([true, true, true, true]);
      for (const b of placed.slice(i + 1))
        expect(
          a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y,
          `${a.box.id} ${b.box.id}`,
        ).toBe(true);
    }
    const reached = arrows.filter(({ id }) => id.startsWith('commits>')).map(({ of }) => of);
    expect(reached.toSorted()).toEqual(
      boxes
        .filter(({ group }) => ['views', 'public-events', 'processes'].includes(group))
        .map(({ id }) => id)
        .toSorted(),
    );
    expect(arrows.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        'api>command/order',
        'command/order>commits',
        'process/payment>effect/charge',
        'schedule/monthly>command/account',
        'processes>commands',
      ]),
    );
  });

  it.each([6, 7, 40])('with %d views no arrow from the commits goes through a box that it does not lead to', (views) => {
    const { placed, arrows } = pictureOf(boxesOf(flowOf(views)));
    const crossed = arrows
      .filter(({ id }) => id.startsWith('commits>'))
      .flatMap(({ of, path }) =>
        placed
          .filter(({ box }) => box.id !== of)
          .filter(({ x, y, width, height }) =>
            pointsOf(path).some(([px, py]) => px > x && px < x + width && py > y && py < y + height),
          )
          .map(({ box }) => `${of} through ${box.id}`),
      );
    expect(crossed).toEqual([]);
  });

  it('no box moves when its state changes', () => {
    const places = (flow: Flow) => pictureOf(boxesOf(flow)).placed.map(({ box, x, y }) => [box.id, x, y]);
    const troubled = flowOf(9, { ratesAt: '2026-11-30T02:00:00.000Z', api: { perMinute: 9 } });
    const parked = { ...troubled, views: troubled.views.map((each) => ({ ...each, parked: 3, lag: { ...calm, waiting: 4 } })) };
    expect(places(parked)).toEqual(places(flowOf(9)));
  });
});
