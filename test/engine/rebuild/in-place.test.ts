import { describe, expect, it } from 'vitest';
import { buildInPlace, type InPlace } from '../../../lib/engine/rebuild/in-place.ts';
import { orderRebuild } from '../../../lib/engine/rebuild/operator/start.ts';
import type { Work } from '../../../lib/engine/rebuild/ports.ts';
import { work } from '../../../lib/engine/rebuild/worker.ts';
import { bagOf } from '../../support/examples/bag.ts';
import { append, deliver, faultsOf, kinds, rebuildingOf } from '../../support/examples/rebuilding.ts';

const [projection] = kinds as [(typeof kinds)[0]];
const one = { projection: projection.name, revision: 1 };

const house = async (small = true) => {
  const rebuilding = rebuildingOf({ projection, small });
  await append(rebuilding, [...bagOf('a', [[1], [2], [3, 4]]), ...bagOf('b', [[5]])]);
  const { ordering, leading, working, clock } = rebuilding;
  const inPlace: InPlace = {
    ...ordering,
    ...leading,
    work: (_, order: Work) => work(working, order),
    until: clock.now() + 100_000,
  };
  const answers = async () => (await rebuilding.actives.load(projection.name))?.revision;
  return { rebuilding, inPlace, answers };
};

describe('a deployment that builds a view from few commits', () => {
  it('fills, checks and lets it answer without waiting, and leaves a record', async () => {
    const { rebuilding, inPlace, answers } = await house();
    const before = rebuilding.clock.now();
    expect(await buildInPlace(inPlace, one)).toBe(true);
    expect([await answers(), rebuilding.clock.now() - before, await faultsOf(rebuilding)]).toEqual([1, 0, []]);
    expect(await rebuilding.rebuilds.list()).toMatchObject([{ by: 'deployment', state: 'switched', found: 0 }]);
  });

  it('misses nothing that a function dropped because it took the revision for being built', async () => {
    const { rebuilding, inPlace } = await house();
    const commits = bagOf('c', [[1], [2], [3]]);
    await append(rebuilding, commits);
    const { dirty } = rebuilding;
    let [filled, dropped] = [false, () => {}];
    const noting = new Promise<void>((resolve) => {
      dropped = resolve;
    });
    const slow = rebuilding.instance();
    // It has asked, and its note is on its way until everything is over.
    let arrive = () => {};
    const late: typeof slow = {
      ...slow,
      building: {
        ...slow.building!,
        dirty: {
          note: async (noted) => {
            dropped();
            await new Promise<void>((resolve) => {
              arrive = resolve;
            });
            await dirty.note(noted);
          },
        },
      },
    };
    const more = bagOf('c', [[1], [2], [3], [4], [5]]);
    const delivering: Promise<unknown>[] = [];
    const worker: InPlace['work'] = async (of, order) => {
      const done = await inPlace.work(of, order);
      if (filled || order.task !== 'fill') return done;
      filled = true;
      await append(rebuilding, more.slice(3));
      delivering.push(deliver(late, more.slice(4)));
      await noting;
      return done;
    };
    expect(await buildInPlace({ ...inPlace, work: worker }, one)).toBe(true);
    arrive();
    await Promise.all(delivering);
    expect(await faultsOf(rebuilding)).toEqual([]);
  });

  it('tries again what fails for a moment, and leaves the view to be built where it goes on failing', async () => {
    const { inPlace, answers, rebuilding } = await house();
    let failures = 0;
    const failing =
      (times: number): InPlace['work'] =>
      async (of, order) => {
        if (failures++ < times) throw new Error('AccessDenied');
        return inPlace.work(of, order);
      };
    expect(await buildInPlace({ ...inPlace, work: failing(1_000) }, one)).toBe(false);
    expect([await answers(), (await rebuilding.rebuilds.list())[0]]).toMatchObject([undefined, { state: 'failed' }]);
    failures = 0;
    expect(await buildInPlace({ ...inPlace, work: failing(2) }, one)).toBe(true);
  });

  it('gives up when it takes too long, and lets the next try begin where the last one ended without a result', async () => {
    const { inPlace, answers, rebuilding } = await house();
    expect(await buildInPlace({ ...inPlace, until: 0 }, one)).toBe(false);
    const { ordering, rebuilds } = rebuilding;
    // A function that was killed: its record goes on.
    const killed = { ...ordering.executions, start: async () => {} };
    const { id } = await orderRebuild({ ...ordering, executions: killed }, { ...one, by: 'deployment', why: 'new' });
    expect(await buildInPlace(inPlace, one)).toBe(true);
    expect([await answers(), (await rebuilds.load(id))?.state]).toEqual([1, 'failed']);
  });

  it('leaves it to the operator whose rebuild runs already', async () => {
    const { inPlace, answers, rebuilding } = await house();
    const { id } = await orderRebuild(rebuilding.ordering, { ...one, by: 'ada', why: 'she was faster' });
    expect(await buildInPlace(inPlace, one)).toBe(false);
    expect([await answers(), (await rebuilding.rebuilds.load(id))?.state]).toEqual([undefined, 'filling']);
  });
});
