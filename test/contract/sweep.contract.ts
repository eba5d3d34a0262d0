import { beforeAll, describe, expect, it } from 'vitest';
import type { Commit } from '../../lib/core/commit.ts';
import type { ParkedList, SweepPlace, SweepPlaces } from '../../lib/engine/operate/ports.ts';
import type { Heads } from '../../lib/engine/operate/sweep-target.ts';
import type { Scanner, ScanPage, ScanPlace, Store, View } from '../../lib/engine/ports.ts';
import { homeShard } from '../../lib/engine/view/shares.ts';
import { written } from '../../lib/engine/view/view-item.ts';
import { commitOf, commitWith, freshStream } from '../support/store/commits.ts';

type Ports = Readonly<{
  store: Store;
  scanner: Scanner;
  places: SweepPlaces;
  view: View;
  parked: ParkedList;
  /** The cursors of the view, and those of a process. */
  heads: Heads;
  cursors: Readonly<{ move(stream: string, to: number, from: number | undefined): Promise<boolean>; heads: Heads }>;
  /** What was read since the last call, where the engine says so. */
  read?: () => Readonly<{ requests: number; readUnits: number }>;
}>;

const nameOf = ({ stream, commit }: ScanPlace) => `${stream}/${commit}`;

/** The promises of the ports of the sweep and of the operators; `make` makes empty ones. */
export const sweepContract = (name: string, make: () => Ports | Promise<Ports>) =>
  describe(`sweep: ${name}`, () => {
    const of = 5;
    let ports: Ports;
    let commits: readonly Commit[];
    beforeAll(async () => {
      ports = await make();
      commits = Array.from({ length: 8 }, () => freshStream()).flatMap((stream) =>
        Array.from({ length: 4 }, (_, i) => commitOf(stream, i + 1)),
      );
      for (const commit of commits) await ports.store.append(commit);
    });
    const segmentPages = async (segment: number, limit: number, consistent = false): Promise<readonly ScanPage[]> => {
      const pages: ScanPage[] = [];
      for (let after: ScanPlace | undefined; ; ) {
        const page = await ports.scanner.scan({ segment, of }, { limit, consistent, ...(after && { after }) });
        pages.push(page);
        // The state that is kept between two runs is JSON.
        after = page.next && JSON.parse(JSON.stringify(page.next));
        if (!after) return pages;
        expect(pages.length, 'a segment that never ends').toBeLessThan(200);
      }
    };

    it.each([1, 7, 1_000])('scans every commit once, %d at a time, each stream in one segment', async (limit) => {
      const found: Commit[] = [];
      const segments = new Map<string, number>();
      for (let segment = 0; segment < of; segment++)
        for (const page of await segmentPages(segment, limit)) {
          expect(page.commits.length).toBeLessThanOrEqual(limit);
          expect(page.units).toBeGreaterThanOrEqual(0);
          for (const { stream } of page.commits) {
            expect(segments.get(stream) ?? segment).toBe(segment);
            segments.set(stream, segment);
          }
          found.push(...page.commits);
        }
      const sorted = (all: readonly Commit[]) => all.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)));
      expect(sorted(found)).toStrictEqual(sorted(commits));
    });

    it('says what a page cost: twice as much when it is consistent, and more for more', async () => {
      const own = await make();
      const stream = freshStream();
      for (let i = 1; i <= 4; i++) await own.store.append(commitWith(stream, i, 40_000));
      const cost = async (consistent: boolean) => {
        const pages = [];
        for (let segment = 0; segment < of; segment++) pages.push(await own.scanner.scan({ segment, of }, { consistent }));
        return pages.find(({ commits }) => commits.length > 0)!.units;
      };
      const [once, twice] = [await cost(false), await cost(true)];
      expect(once).toBeGreaterThanOrEqual(17);
      expect(once).toBeLessThanOrEqual(22);
      expect(twice / once).toBeCloseTo(2, 0);
    });

    it('keeps one place, and only over the one that was loaded', async () => {
      const place: SweepPlace = {
        run: 1,
        pass: 0,
        segment: 3,
        segments: 60,
        after: { stream: 'account-1', commit: 7 },
        startedAt: '2026-11-21T12:00:00.000Z',
        targets: 'a.r1',
        leaving: { 'a.view': '2026-11-21T11:00:00.000Z' },
        left: {},
        checkedBefore: '2026-11-21T10:00:00.000Z',
      };
      const { places } = ports;
      expect(await places.load()).toBeUndefined();
      expect(await places.save(place, 4)).toBe(false);
      expect(await places.save(place, undefined)).toBe(true);
      expect(await places.save(place, undefined)).toBe(false);
      expect(await places.load()).toStrictEqual(place);
      const { after: _, leaving: __, ...rest } = place;
      expect(await places.save({ ...rest, run: 2 }, 1)).toBe(true);
      expect(await places.save({ ...rest, run: 3 }, 1)).toBe(false);
      expect(await places.load()).toStrictEqual({ ...rest, run: 2 });
    });

    it('reads many cursors at once, at half a unit each: those that are there, parked or not', async () => {
      const { view, heads, cursors, read = () => undefined } = await make();
      const keys = Array.from({ length: 130 }, (_, i) => `many-${i}`);
      const parked = { commit: 2, reason: 'Error: no', at: '2026-11-21T12:01:00.000Z' };
      for (const [i, key] of keys.entries())
        await view.putHead(
          { key, sort: 'head', stream: `account-${key}`, commit: i + 1, row: { a: 1 }, ...(i === 7 && { parked }) },
          undefined,
        );
      read();
      const found = await heads(keys);
      const cost = read();
      expect([...found.keys()].toSorted()).toEqual(keys.toSorted());
      for (const [i, key] of keys.entries()) expect(found.get(key)).toMatchObject({ commit: i + 1, ...(i === 7 && { parked }) });
      expect(found.get(keys[0]!)?.parked).toBeUndefined();
      // MiniStack says nothing of the units of a BatchGet.
      if (cost) expect(cost).toEqual({ requests: 2, readUnits: name === 'MiniStack' ? 0 : 65 });
      expect((await heads(['absent'])).size).toBe(0);
      for (const [i, stream] of ['account-1', 'account-2'].entries()) await cursors.move(stream, i + 3, undefined);
      expect(Object.fromEntries(await cursors.heads(['account-1', 'account-2', 'account-3']))).toMatchObject({
        'account-1': { commit: 3 },
        'account-2': { commit: 4 },
      });
      expect((await heads([])).size).toBe(0);
    });

    it('reads cursors of heads that are at home in shared rows', async () => {
      const { view, heads } = await make();
      const key = 'at-home';
      const head = { key, sort: 'head', stream: `account-${key}`, commit: 7, memory: {}, home: 'ada' };
      const change = { row: 'ada', shard: homeShard, listed: 'row/ada', entering: [], add: { changes: 1 }, raise: {} };
      expect(await view.putShares([{ head, before: undefined }], [change])).toBe('written');
      expect([...(await heads([key, 'nobody']))]).toMatchObject([[key, { commit: 7 }]]);
    });

    it('lists what is parked, and nothing that is not or no longer', async () => {
      const { view, parked } = ports;
      const head = (key: string, over: object = {}) => ({
        key,
        sort: 'head',
        stream: `account-${key}`,
        commit: 2,
        row: { a: 1 },
        ...over,
      });
      const mark = (minute: number) => ({ commit: 3, reason: 'Error: no', at: `2026-11-21T12:0${minute}:00.000Z` });
      await view.putHead(head('sound'), undefined);
      expect(await parked.parked(10)).toEqual({ items: [], more: false });
      for (const [key, minute] of [
        ['b', 2],
        ['a', 1],
        ['c', 3],
      ] as const)
        await view.putHead(head(key, { parked: mark(minute) }), undefined);
      await view.putRow({ ...head('a'), sort: 'row#1' }, undefined);
      expect(await parked.parked(10)).toEqual({
        items: ['a', 'b', 'c'].map((key, i) => ({
          stream: `account-${key}`,
          commit: 3,
          reason: 'Error: no',
          since: mark(i + 1).at,
        })),
        more: false,
      });
      expect(await parked.parked(2)).toMatchObject({ items: { length: 2 }, more: true });
      expect(await view.head('b')).toStrictEqual(written(head('b', { parked: mark(2) }), undefined));
      await view.putHead(head('b'), await view.head('b'));
      expect((await parked.parked(10)).items.map(({ stream }) => stream)).toEqual(['account-a', 'account-c']);
    });
  });
