import { describe, expect, it } from 'vitest';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import type { View, ViewItem } from '../../../lib/engine/ports.ts';
import { defaultSettings } from '../../../lib/engine/settings.ts';
import { keepingHeads } from '../../../lib/engine/view/kept-heads.ts';
import { projectBatch } from '../../../lib/engine/view/project.ts';
import type { Projecting } from '../../../lib/engine/view/projecting.ts';
import { resumeStream } from '../../../lib/engine/view/resume.ts';
import { memoryStore } from '../../../lib/testing/memory/store.ts';
import { memoryClock, memoryLog } from '../../../lib/testing/memory/system.ts';
import { memoryView } from '../../../lib/testing/memory/view.ts';
import { bagOf, delivered, sums } from '../../support/examples/bag.ts';

const commits = bagOf(
  'a',
  Array.from({ length: 8 }, (_, i) => (i === 4 ? ['Spoiled'] : [i + 1])),
);

/** A table, and instances of a view's function over it, each with heads of its own. */
const functions = () => {
  const [table, store] = [memoryView(), memoryStore()];
  store.restore(commits);
  const instance = ({ projection = sums as AnyProjection, over = (view: View): Partial<View> => view } = {}) => {
    const calls: string[] = [];
    const clock = memoryClock();
    const noted: typeof table = {
      ...table,
      head: (key) => {
        calls.push('head');
        return table.head(key);
      },
      putHead: (head, before) => {
        calls.push('putHead');
        return table.putHead(head, before);
      },
    };
    const kept = keepingHeads({ ...noted, ...over(noted) }, clock);
    const projecting: Projecting = { projection, store, ...kept, clock, log: memoryLog() };
    const take = async (...numbers: number[]) => {
      calls.length = 0;
      const batch = numbers.map((n, i) => ({ id: String(i), delivered: delivered(commits[n - 1]!) }));
      return { failed: await projectBatch(projecting, batch), calls: [...calls], head: await table.head('a') };
    };
    return { clock, projecting, take, calls };
  };
  return { table, instance };
};

const written = (commit: number) => ({ failed: [], calls: ['putHead'], head: { commit } });

describe('an instance of a view that has written a head', () => {
  it('applies what follows on it with one request, from the first commit of a stream', async () => {
    const { take } = functions().instance();
    expect(await take(1)).toMatchObject(written(1));
    expect(await take(2)).toMatchObject(written(2));
    expect(await take(4, 3)).toMatchObject({ ...written(4), head: { commit: 4, row: { sum: 10 } } });
  });

  it.each([
    ['a delivery that comes again', [2], ['head'], 2],
    ['a gap', [4], ['head', 'putHead'], 4],
  ])('reads the head for %s', async (_, numbers, calls, commit) => {
    const { take } = functions().instance();
    await take(1, 2);
    expect(await take(...numbers)).toMatchObject({ failed: [], calls, head: { commit } });
  });

  it('goes on from the head that a lost race hands back', async () => {
    const { instance } = functions();
    const [one, other] = [instance(), instance()];
    await one.take(1);
    await other.take(2);
    expect(await one.take(2, 3)).toMatchObject({
      failed: [],
      calls: ['putHead', 'putHead'],
      head: { commit: 3, row: { sum: 6 } },
    });
    expect(await one.take(4)).toMatchObject(written(4));
  });

  it('drops nothing while another instance has parked and resumed the stream', async () => {
    const { instance } = functions();

    const [one, other] = [instance(), instance()];
    await one.take(1, 2, 3, 4, 5);
    expect((await one.take(6)).head?.parked).toMatchObject({ commit: 5 });
    await resumeStream(
      { ...other.projecting, projection: { ...sums, on: { ...sums.on, Spoiled: (row) => row } } as AnyProjection },
      'bag-a',
    );
    const { failed, head } = await one.take(7, 8);
    expect(failed).toEqual([]);
    expect(head).toMatchObject({ commit: 8 });
    expect(head?.parked).toBeUndefined();
  });

  it('forgets it when it is older than five minutes, or from the future', async () => {
    const { take, clock } = functions().instance();
    await take(1);
    clock.set(clock.now() + defaultSettings.cacheAgeMilliseconds);
    expect(await take(2)).toMatchObject(written(2));
    clock.set(clock.now() + defaultSettings.cacheAgeMilliseconds + 1);
    expect((await take(3)).calls).toEqual(['head', 'putHead']);
    clock.set(clock.now() - 1);
    expect((await take(4)).calls).toEqual(['head', 'putHead']);
  });

  it('knows nothing of it after a write without an answer, and never folds from what a fold has changed', async () => {
    let fails = false;
    const { take } = functions().instance({
      projection: {
        ...sums,
        on: {
          ...sums.on,
          Added: (row: { sum: number } | undefined, { data }: { data: { n: number } }) => {
            const changed = row ?? { sum: 0 };
            changed.sum += data.n;
            return changed;
          },
        },
      } as unknown as AnyProjection,
      over: ({ putHead, head }) => ({
        putHead: async (...given) => (fails ? Promise.reject(new Error('ECONNRESET')) : putHead(...given)),
        head: async (key) => structuredClone(await head(key)),
      }),
    });
    await take(1);
    fails = true;
    expect((await take(2)).failed).toEqual(['0']);
    fails = false;
    expect(await take(2)).toMatchObject({ calls: ['head', 'putHead'], head: { commit: 2, row: { sum: 3 } } });
  });

  it('reads a head again that was handed back in the middle of a refold', async () => {
    let refolding: ViewItem | undefined;
    const { take } = functions().instance({
      over: ({ putHead }) => ({ putHead: async (...given) => (refolding ? { there: refolding } : putHead(...given)) }),
    });
    await take(1);
    refolding = { key: 'a', sort: 'head', stream: 'bag-a', commit: 1, writes: 9, refolding: true };
    expect((await take(2)).failed).toEqual(['0']);
    refolding = undefined;
    expect(await take(2)).toMatchObject({ failed: [], calls: ['head', 'putHead'], head: { commit: 2, row: { sum: 3 } } });
  });
});

it('keeps no more heads than fit into its bytes', async () => {
  const table = memoryView();
  const { view, heads } = keepingHeads(table, memoryClock(), { ...defaultSettings, cacheBytes: 2_000 });
  const headOf = (key: string): ViewItem => ({
    key,
    sort: 'head',
    stream: `bag-${key}`,
    commit: 1,
    row: { text: 'x'.repeat(100) },
  });
  for (const key of ['a', 'b', 'c']) await view.putHead(headOf(key), undefined);
  expect(['a', 'b', 'c'].map((key) => heads.take(key)?.key)).toEqual([undefined, 'b', 'c']);
});
