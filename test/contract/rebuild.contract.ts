import { beforeAll, describe, expect, it } from 'vitest';
import type { View, ViewReader } from '../../lib/engine/ports.ts';
import {
  type PartProgress,
  type Rebuild,
  type Rebuilds,
  type RollBack,
  runningStates,
  type ScannedItem,
  type ViewScanner,
} from '../../lib/engine/rebuild/ports.ts';
import { defaultRebuildSettings } from '../../lib/engine/rebuild/settings.ts';
import { shardOfNote } from '../../lib/engine/view/dirty.ts';
import { type Active, type Actives, type DirtyNotes, dirtyShards, type Phases } from '../../lib/engine/view/ports.ts';

type Ports = Readonly<{
  actives: Actives;
  phases: Phases;
  dirty: DirtyNotes;
  rebuilds: Rebuilds;
  view: View & ViewReader;
  viewScanner: ViewScanner;
}>;

const at = '2026-11-21T12:00:00.000Z';
const record = (id: string, over: Partial<Rebuild> = {}): Rebuild => ({
  id,
  projection: 'balances',
  revision: 2,
  from: 1,
  kind: 'rebuild',
  state: 'filling',
  since: at,
  by: 'ada',
  why: 'a test',
  startedAt: at,
  settings: defaultRebuildSettings,
  aboutCommits: 10,
  ...over,
});

/** From the second revision to the first. */
const back = (id: string, over: Partial<RollBack> = {}): RollBack => ({
  id,
  projection: 'balances',
  revision: 1,
  from: 2,
  kind: 'roll-back',
  state: 'switched',
  since: at,
  by: 'ada',
  why: 'worse',
  startedAt: at,
  endedAt: at,
  ...over,
});

const second: Active = { projection: 'balances', revision: 2, previous: 1, since: at, by: 'ada', why: 'rebuilt' };

const progress = (part: PartProgress['part'], number: number, over: Partial<PartProgress> = {}): PartProgress => ({
  part,
  number,
  done: false,
  commits: 5,
  streams: 2,
  dirty: 1,
  readUnits: 1.5,
  writeUnits: 3,
  differences: [],
  found: 0,
  ...over,
});

/** The promises of the ports of a rebuild; `make` makes empty ones. */
export const rebuildContract = (name: string, make: () => Ports | Promise<Ports>) =>
  describe(`rebuilds: ${name}`, () => {
    let ports: Ports;
    beforeAll(async () => {
      ports = await make();
    });

    it('switches a view only from the revision that was read', async () => {
      const { actives } = ports;
      const one: Active = { projection: 'p', revision: 1, since: at, by: 'ada', why: 'first' };
      const two: Active = { ...one, revision: 2, previous: 1 };
      expect(await actives.load('p')).toBeUndefined();
      expect(await actives.switch(two, 1)).toBe(false);
      expect(await actives.switch(one, undefined)).toBe(true);
      expect(await actives.switch(two, undefined)).toBe(false);
      const switched = await Promise.all([actives.switch(two, 1), actives.switch({ ...two, by: 'bob' }, 1)]);
      expect(switched.filter(Boolean)).toHaveLength(1);
      expect(await actives.load('p')).toMatchObject({ revision: 2, previous: 1 });
      expect(await actives.load('q')).toBeUndefined();
    });

    it('keeps the phases of revisions apart', async () => {
      const { phases } = ports;
      await phases.save('p', 1, { phase: 'live', since: at });
      await phases.save('p', 2, { phase: 'building', since: at, code: 'c' });
      expect(await phases.load('p', 1)).toStrictEqual({ phase: 'live', since: at });
      expect(await phases.load('p', 2)).toStrictEqual({ phase: 'building', since: at, code: 'c' });
      expect(await phases.load('p', 3)).toBeUndefined();
    });

    it('notes a stream once, with its newest commit, and forgets none that was noted since it was read', async () => {
      const { dirty } = ports;
      const streams = Array.from({ length: 40 }, (_, i) => `bag-${i}`);
      for (const stream of streams) for (const commit of [3, 7, 5]) await dirty.note({ stream, commit });
      const found: string[] = [];
      for (let shard = 0; shard < dirtyShards; shard++)
        for (let after: string | undefined, more = true; more; ) {
          const page = await dirty.list(shard, { limit: 2, ...(after !== undefined && { after }) });
          for (const { stream, commit } of page.notes) {
            expect([commit, shardOfNote(stream)]).toEqual([7, shard]);
            found.push(stream);
          }
          after = page.next;
          more = after !== undefined;
        }
      expect(found.sort()).toEqual(streams.sort());
      await dirty.note({ stream: 'bag-0', commit: 8 });
      await dirty.clear({ stream: 'bag-0', commit: 7 });
      await dirty.clear({ stream: 'bag-1', commit: 7 });
      await dirty.clear({ stream: 'bag-1', commit: 7 });
      const left = async (stream: string) =>
        (await dirty.list(shardOfNote(stream), { limit: 40 })).notes.find((note) => note.stream === stream);
      expect(await left('bag-0')).toEqual({ stream: 'bag-0', commit: 8 });
      expect(await left('bag-1')).toBeUndefined();
    });

    it('hides its internal notes from readers of the view', async () => {
      const { view, viewScanner, dirty } = await make();
      await dirty.note({ stream: 'bag-a', commit: 3 });
      await view.putHead({ key: 'a', sort: 'head', stream: 'bag-a', commit: 1, row: { n: 1 } }, undefined);
      expect((await view.all({ limit: 10 })).items).toHaveLength(1);
      expect((await view.all({ limit: 10, consistent: true })).items).toHaveLength(1);
      expect((await view.sharedRows({ limit: 10, consistent: true })).items).toEqual([]);
      expect((await viewScanner.scan({ segment: 0, of: 1 }, {})).items).toMatchObject([{ kind: 'head', stream: 'bag-a' }]);
    });

    it('ends a rebuild and switches its view, both or neither', async () => {
      const { rebuilds, actives } = await make();
      const one: Active = { projection: 'balances', revision: 1, since: at, by: 'ada', why: 'first' };
      const next: Active = { ...one, revision: 2, previous: 1 };
      const over = { state: 'switched', endedAt: at } as const;
      await actives.switch(one, undefined);
      await rebuilds.begin(record('one', { state: 'verifying' }));
      expect(await rebuilds.move('one', ['verifying'], over, { next, from: undefined })).toBe(false);
      expect(await rebuilds.move('one', ['verifying'], over, { next, from: 7 })).toBe(false);
      expect(await rebuilds.load('one')).toStrictEqual(record('one', { state: 'verifying' }));
      expect(await rebuilds.begin(record('two')), 'it has its lock').toBe('one');
      await rebuilds.move('one', ['verifying'], { state: 'cancelled' });
      expect(await rebuilds.move('one', ['verifying'], over, { next, from: 1 })).toBe(false);
      expect(await actives.load('balances')).toStrictEqual(one);
      await rebuilds.begin(record('two', { state: 'verifying' }));
      expect(await rebuilds.move('two', ['verifying'], over, { next, from: 1 })).toBe(true);
      expect(await actives.load('balances')).toStrictEqual(next);
      expect(await rebuilds.load('two')).toMatchObject(over);
      expect(await rebuilds.begin(record('three'))).toBeUndefined();
    });

    it('rolls back and records it, both or neither', async () => {
      const { rebuilds, actives } = await make();
      expect(await rebuilds.rollBack(back('early')), 'nothing answers').toBe(false);
      await actives.switch(second, undefined);
      expect(await rebuilds.rollBack(back('late', { revision: 2, from: 1 })), 'another answers').toBe(false);
      expect(await actives.load('balances')).toStrictEqual(second);
      expect(await rebuilds.list()).toEqual([]);
      expect(await rebuilds.rollBack(back('back'))).toBe(true);
      const first = { projection: 'balances', revision: 1, previous: 2, since: at, by: 'ada', why: 'worse' };
      expect(await actives.load('balances')).toStrictEqual(first);
      expect(await rebuilds.rollBack(back('forward', { revision: 2, from: 1, why: 'better' }))).toBe(true);
      expect(await actives.load('balances')).toMatchObject({ revision: 2, previous: 1, why: 'better' });
      const forward = back('forward', { revision: 2, from: 1, why: 'better' });
      expect(await rebuilds.list('balances')).toStrictEqual([forward, back('back')]);
      expect(await rebuilds.list('totals')).toEqual([]);
      expect(await rebuilds.recorded('back')).toStrictEqual(back('back'));
      for (const id of ['early', 'late']) expect(await rebuilds.recorded(id)).toBeUndefined();
      expect(await rebuilds.load('back'), 'it has no execution').toBeUndefined();
      expect(await rebuilds.move('back', ['switched'], { state: 'failed' })).toBe(false);
    });

    it('records a roll back that was sent twice once, and undoes nothing by its second time', async () => {
      const { rebuilds, actives } = await make();
      await actives.switch(second, undefined);
      expect(await rebuilds.rollBack(back('back'))).toBe(true);
      expect(await rebuilds.rollBack(back('back'))).toBe(true);
      await rebuilds.rollBack(back('forward', { revision: 2, from: 1 }));
      expect(await rebuilds.rollBack(back('back')), 'late').toBe(true);
      expect(await actives.load('balances')).toMatchObject({ revision: 2, previous: 1 });
      expect((await rebuilds.list()).map(({ id }) => id)).toEqual(['forward', 'back']);
      const together = await Promise.all(['one', 'two', 'three'].map((id) => rebuilds.rollBack(back(id))));
      expect(together.filter(Boolean)).toHaveLength(1);
      expect(await rebuilds.list()).toHaveLength(3);
    });

    it('rolls back beside a rebuild that runs, which keeps its lock and switches nothing any more', async () => {
      const { rebuilds, actives } = await make();
      await actives.switch(second, undefined);
      await rebuilds.begin(record('third', { revision: 3, from: 2, state: 'verifying' }));
      expect(await rebuilds.rollBack(back('back'))).toBe(true);
      expect(await rebuilds.begin(record('another'))).toBe('third');
      const next: Active = { ...second, revision: 3, previous: 2 };
      expect(await rebuilds.move('third', ['verifying'], { state: 'switched', endedAt: at }, { next, from: 2 })).toBe(false);
      expect(await actives.load('balances')).toMatchObject({ revision: 1, previous: 2 });
      expect(await rebuilds.move('third', ['verifying'], { state: 'failed', endedAt: at })).toBe(true);
      expect(await rebuilds.begin(record('another'))).toBeUndefined();
      expect((await rebuilds.list()).map(({ id, kind }) => `${id}: ${kind}`)).toEqual([
        'another: rebuild',
        'back: roll-back',
        'third: rebuild',
      ]);
    });

    it('lets one rebuild of a projection run at a time', async () => {
      const { rebuilds } = await make();
      expect(await rebuilds.begin(record('one'))).toBeUndefined();
      expect(await rebuilds.begin(record('one')), 'at a repeat').toBeUndefined();
      expect(await rebuilds.begin(record('two'))).toBe('one');
      expect(await rebuilds.load('two')).toBeUndefined();
      expect(await rebuilds.begin(record('other', { projection: 'totals' }))).toBeUndefined();
      expect(await rebuilds.load('one')).toStrictEqual(record('one'));
      expect(await rebuilds.move('one', ['draining'], { state: 'verifying' })).toBe(false);
      expect(await rebuilds.move('one', ['filling'], { state: 'draining', since: '2026-11-21T12:01:00.000Z' })).toBe(true);
      expect(await rebuilds.begin(record('two'))).toBe('one');
      const over = {
        state: 'failed',
        reason: 'no',
        endedAt: at,
        differences: [{ stream: 'bag-a', what: 'behind', detail: 'd' }],
      } as const;
      const moved = await Promise.all([
        rebuilds.move('one', runningStates, over),
        rebuilds.move('one', runningStates, { ...over, state: 'cancelled' }),
      ]);
      expect(moved.filter(Boolean)).toHaveLength(1);
      expect(await rebuilds.move('one', runningStates, over)).toBe(false);
      expect(await rebuilds.move('nobody', runningStates, over)).toBe(false);
      expect(await rebuilds.load('one')).toMatchObject({ reason: 'no', since: '2026-11-21T12:01:00.000Z', by: 'ada' });
      expect(await rebuilds.begin(record('two'))).toBeUndefined();
      const both = await Promise.all(['three', 'four'].map((id) => rebuilds.begin(record(id, { projection: 'third' }))));
      expect(both.filter((running) => running === undefined)).toHaveLength(1);
      expect((await rebuilds.list('balances')).map(({ id }) => id)).toEqual(['two', 'one']);
      expect((await rebuilds.list()).map(({ id }) => id).slice(1)).toEqual(['two', 'other', 'one']);
    });

    it('keeps how far each part is', async () => {
      const { rebuilds } = ports;
      const half = progress('fill', 1, { after: { stream: 'bag-a', commit: 3 }, notBefore: at });
      await rebuilds.savePart('one', half);
      await rebuilds.savePart('one', progress('verify', 1));
      await rebuilds.savePart('two', progress('fill', 0));
      expect(await rebuilds.loadPart('one', 'fill', 1)).toStrictEqual(half);
      expect(await rebuilds.loadPart('one', 'fill', 0)).toBeUndefined();
      const done = progress('fill', 1, { done: true, found: 1, differences: [{ row: 'r', what: 'total-differs', detail: 'd' }] });
      await rebuilds.savePart('one', done);
      expect(await rebuilds.parts('one', { fill: 3, verify: 3 })).toStrictEqual([done, progress('verify', 1)]);
    });

    it('scans every item of a view once', async () => {
      const { view, viewScanner } = await make();
      const head = { key: 'a', sort: 'head', stream: 'bag-a', commit: 1, memory: {} };
      const change = { row: 'r', shard: 0, listed: 'row/r', entering: ['bag-a'] };
      const added = { ...change, add: { 'sum/n': 1, contributors: 1, changes: 1 }, raise: {} };
      await view.putShares([{ head, before: undefined }], [added]);
      await view.putRow({ key: 'b', sort: 'row#1', stream: 'bag-b', commit: 1, row: { n: 1 } }, undefined);
      expect(await view.notedIn('bag-a', ['r', 's'])).toEqual(new Set(['r']));
      const found: ScannedItem[] = [];
      for (let segment = 0; segment < 3; segment++)
        for (let after: Readonly<Record<string, unknown>> | undefined, more = true; more; ) {
          const page = await viewScanner.scan({ segment, of: 3 }, { limit: 1, ...(after && { after }) });
          found.push(...page.items);
          after = page.next && JSON.parse(JSON.stringify(page.next));
          more = after !== undefined;
        }
      const shown = found.map((item) =>
        item.kind === 'part' ? `part ${item.row}/${item.shard}` : `${item.kind} ${item.key} ${item.stream}`,
      );
      expect(shown.sort()).toEqual(['head a bag-a', 'part r/0', 'row b bag-b']);
    });

    it('puts a part only as it was read', async () => {
      const { view } = await make();
      const part = { row: 'r', shard: 0, amounts: { 'sum/n': 5, contributors: 1 }, highest: { 'highest/t': 'x' } };
      expect(await view.putPart(part, 'row/r', 3)).toBe(false);
      expect(await view.putPart(part, 'row/r', undefined)).toBe(true);
      expect(await view.putPart(part, 'row/r', undefined)).toBe(false);
      expect(await view.putPart({ ...part, amounts: { 'sum/n': 6, contributors: 1 }, highest: {} }, 'row/r', 1)).toBe(true);
      expect(await view.part('r', 0)).toEqual({
        row: 'r',
        shard: 0,
        amounts: { 'sum/n': 6, contributors: 1, changes: 2 },
        highest: {},
      });
      expect(await view.notedIn('bag-a', ['r'])).toEqual(new Set());
    });
  });
