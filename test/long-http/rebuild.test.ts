import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { commitStore } from '../../lib/aws/store/commit-store.ts';
import { viewTable } from '../../lib/aws/view/table.ts';
import { verify } from '../../lib/cli/history/verify.ts';
import type { AnyProjection } from '../../lib/core/projection.ts';
import type { ViewItem } from '../../lib/engine/ports.ts';
import { apply } from '../../lib/engine/view/apply.ts';
import { written } from '../../lib/engine/view/view-item.ts';
import { figure, markdown } from '../bench/report.ts';
import { gauge } from '../support/apps/rebuild/gauge.ts';
import { isWhole, rebuildHouse } from '../support/apps/rebuild/house.ts';
import { latest } from '../support/apps/rebuild/views.ts';
import { eventually } from '../support/eventually.ts';
import { overHttp } from '../support/over-http/over-http.ts';
import { commitsOf } from '../support/over-http/seeding.ts';
import { putAll } from '../support/store/history.ts';
import { dropTables, makeTables } from '../support/store/tables.ts';

/** The benchmark's table is of 1,000 streams. */
const streamCount = Number(process.env.FOLDSTREAM_STREAMS ?? 200);
const [commitsEach, callers] = [20, 8];
/** The engine is one process, and does not limit a map's concurrency: more workers would only wait for it. */
const settings = { segments: 4, concurrency: 4, unitsPerSecond: 4_000 };

describe.runIf(overHttp())('a rebuild of a long history while others write', () => {
  const house = rebuildHouse('rebuild-long');
  const { name, begin, ended, report, statusOf, install, page, expectFolded } = house;

  /** When a rebuild left its first state, and how it ended. */
  const watched = async (id: string) => {
    const began = performance.now();
    await eventually(
      () => report(id),
      ({ state }) => state !== 'filling',
      { every: 100 },
    );
    const filled = (performance.now() - began) / 1_000;
    const result = await ended(id);
    return { result, filled, whole: (performance.now() - began) / 1_000 };
  };

  /** As a reader of the whole history does it: stream by stream a page is read, and each commit is applied and written. */
  const sequentially = async (streams: readonly string[]): Promise<number> => {
    const projection = latest(2) as unknown as AnyProjection;
    const tables = await makeTables(house.dynamodb);
    const [store, view] = [commitStore(house.dynamodb, name('CommitsTable')), viewTable(house.dynamodb, tables.view)];
    const began = performance.now();
    let commits = 0;
    for (const stream of streams) {
      let head: ViewItem | undefined;
      for (const commit of (await store.read(stream, { from: 1 })).commits) {
        const change = apply(projection, head, [commit], commit.at);
        expect(await view.putHead(change.head, head)).toBe('written');
        head = written(change.head, head);
        commits += 1;
      }
    }
    const seconds = (performance.now() - began) / 1_000;
    await dropTables(house.dynamodb, tables);
    return commits / seconds;
  };

  it('never fails a query nor mixes revisions, and equals the fold of every stream', async () => {
    await house.deployAs('history');
    await install('own');
    const seeded = await commitsOf(
      gauge as never,
      await house.owner('own'),
      Array.from({ length: streamCount }, (_, i) => ({
        stream: `gauge-g${i}`,
        commands: [
          { type: 'Install', data: {} },
          ...Array.from({ length: commitsEach - 1 }, (__, value) => ({ type: 'Read', data: { value, note: '' } })),
        ],
      })),
    );
    expect(seeded).toHaveLength(streamCount * commitsEach);
    await putAll(house.dynamodb, name('CommitsTable'), seeded);
    const streams = [...new Set(seeded.map(({ stream }) => stream))];
    expect(await verify({ all: true, stack: house.stack }, () => {})).toBe(true);

    await house.deployAs('first');
    const alone = await watched(await begin({ projection: 'gauge-latest', settings }));
    expect(alone.result).toMatchObject({ state: 'switched', found: 0, progress: { commits: seeded.length + 1 } });
    await eventually(
      () => page(''),
      (seen) => isWhole(seen),
    );

    await house.deployAs('pair');
    const { ada } = house.calls();
    const reading = house.reading();
    let going = true;
    const writing = Array.from({ length: callers }, async (_, caller) => {
      let written = 0;
      for (; going; written += 1) {
        const { status } = await ada('POST', `/gauge/g${(written * callers + caller) % streamCount}/read`, { value: written });
        expect(status).toBe(200);
      }
      return written;
    });
    await pause(1_000);
    const id = await begin({ projection: 'gauge-latest', settings });
    const besides = await watched(id);
    await eventually(
      async () => reading.saw(2),
      (seen) => seen,
    );
    going = false;
    const [walks, ...written] = await Promise.all([reading.stop(), ...writing]);
    expect(besides.result).toMatchObject({ state: 'switched', found: 0 });
    expect(await statusOf(id)).toBe('succeeded');
    expect(walks.flat().filter((seen) => !isWhole(seen))).toEqual([]);
    for (const walk of walks) expect(new Set(walk.flatMap(({ revisions }) => [...revisions])).size).toBe(1);
    expect(new Set(walks.flat().flatMap(({ revisions }) => [...revisions]))).toEqual(new Set([1, 2]));
    await expectFolded(2, streams);

    const sequential = await sequentially(streams.slice(0, streamCount / 10));
    const rate = ({ filled, whole }: typeof alone) => [seeded.length / filled, seeded.length / whole].map(figure);
    const byHand = written.reduce((sum, one) => sum + one, 0);
    console.log(
      markdown({
        title: `Commits per second of a rebuild of ${streamCount * commitsEach} commits on ${streamCount} streams`,
        head: ['', 'the fill', 'all of it'],
        rows: [
          ['nobody writes', ...rate(alone)],
          [`${callers} callers write ${byHand} commits, ${walks.flat().length} queries are answered`, ...rate(besides)],
          ['a sequential reader of the history, alone', figure(sequential), figure(sequential)],
        ],
      }),
    );
    // Why it is faster than a reader that writes for each commit, on any machine: a stream is folded as far as a page goes, and written once.
    expect(alone.result.progress.writeUnits).toBeLessThan(seeded.length / 3);
  });
});
