import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Cursors, Deadline, Deadlines } from '../../lib/engine/process/ports.ts';
import type { AllDeadlines } from '../../lib/engine/restore/ports.ts';

type Ports = Readonly<{
  cursors: (process: string) => Cursors;
  deadlines: Deadlines;
}>;

/** So many deadlines are still few. */
export const fewDeadlines = 20;

const at = (second: number) => new Date(Date.UTC(2026, 10, 21, 12, 0, second)).toISOString();

/** The promises of the ports of processes; `make` makes empty ones. */
export const processContract = (name: string, make: () => Ports | Promise<Ports>) =>
  describe(`processes: ${name}`, () => {
    let ports: Ports;
    beforeAll(async () => {
      ports = await make();
    });
    it('a cursor moves only from where it was read', async () => {
      const cursors = ports.cursors('transferProcess');
      expect(await cursors.load('account-1')).toBeUndefined();
      expect(await cursors.move('account-1', 3, 2)).toBe(false);
      expect(await cursors.move('account-1', 3, undefined)).toBe(true);
      expect(await cursors.move('account-1', 4, undefined)).toBe(false);
      expect(await cursors.load('account-1')).toBe(3);
      expect(await cursors.move('account-1', 7, 3)).toBe(true);
      expect(await cursors.move('account-1', 8, 3)).toBe(false);
      expect(await cursors.load('account-1')).toBe(7);
    });

    it('of many who move a cursor at once from the same place, one does', async () => {
      const cursors = ports.cursors('transferProcess');
      const moved = await Promise.all(Array.from({ length: 12 }, (_, i) => cursors.move('account-race', i + 1, undefined)));
      expect(moved.filter(Boolean)).toHaveLength(1);
      expect(await cursors.load('account-race')).toBe(moved.indexOf(true) + 1);
    });

    it('processes and streams have cursors of their own', async () => {
      await ports.cursors('one').move('account-9', 5, undefined);
      expect(await ports.cursors('two').load('account-9')).toBeUndefined();
      expect(await ports.cursors('one').load('account-99')).toBeUndefined();
    });

    it('a deadline is there from when it is put until it is removed, and each setting and each time of it is another one', async () => {
      const deadline: Deadline = { instance: `orderProcess-${randomUUID()}`, name: 'payment', setBy: 3, at: at(5) };
      expect(await ports.deadlines.has(deadline)).toBe(false);
      await ports.deadlines.remove(deadline);
      await ports.deadlines.put(deadline);
      await ports.deadlines.put(deadline);
      expect(await ports.deadlines.has(deadline)).toBe(true);
      expect(await ports.deadlines.has({ ...deadline, setBy: 4 })).toBe(false);
      expect(await ports.deadlines.has({ ...deadline, at: at(6) })).toBe(false);
      await ports.deadlines.remove({ ...deadline, at: at(6) });
      expect(await ports.deadlines.has(deadline)).toBe(true);
      await ports.deadlines.remove(deadline);
      expect(await ports.deadlines.has(deadline)).toBe(false);
    });

    it('those overdue are all of a process that were to be before an instant, the oldest first, as many as asked for; and those of others are counted', async () => {
      const { deadlines } = await make();
      expect(await deadlines.few()).toEqual([]);
      const all = Array.from({ length: 2 * fewDeadlines }, (_, i): Deadline => {
        const instance = `${i % 2 ? 'orderProcess' : 'transferProcess'}-${i}`;
        return { instance, name: 'payment', setBy: i + 1, at: at(40 - i) };
      });
      for (const deadline of all) await deadlines.put(deadline);
      const overdue = (before: string, limit: number, from?: string) =>
        deadlines.overdue('orderProcess', { before, limit, ...(from !== undefined && { from }) });
      expect(await overdue(at(1), 10)).toEqual([]);
      const sorted = all.toReversed().filter(({ instance }) => instance.startsWith('orderProcess-'));
      expect(await overdue(at(31), 100)).toEqual(sorted.filter((deadline) => deadline.at < at(31)));
      expect(await overdue(at(99), 7)).toEqual(sorted.slice(0, 7));
      expect(await overdue(at(99), 3, sorted[5]!.at)).toEqual(sorted.slice(5, 8));
      await deadlines.remove(sorted[0]!);
      expect(await overdue(at(99), 1)).toEqual([sorted[1]]);
      expect(await deadlines.ofOthers(['orderProcess'])).toEqual({ transferProcess: fewDeadlines });
      expect(await deadlines.ofOthers(['orderProcess', 'transferProcess'])).toEqual({});
      // Of all processes, as long as they are few.
      expect(await deadlines.few()).toBeUndefined();
      const left = all.filter(({ instance }) => instance.startsWith('transferProcess-'));
      for (const deadline of sorted) await deadlines.remove(deadline);
      expect((await deadlines.few())?.toSorted((a, b) => b.setBy - a.setBy)).toEqual(left.toReversed());
    });
  });

type Former = Readonly<{
  deadlines: Deadlines;
  /** Puts a deadline as releases before the table of deadlines did. */
  putFormer: (deadline: Deadline) => Promise<void>;
  /** Those of a process, as they are looked at after a restore. */
  allOf: (process: string) => AllDeadlines;
}>;

/** The promises about deadlines that are where earlier releases put them; `make` makes empty tables. */
export const formerDeadlinesContract = (name: string, make: () => Promise<Former>) =>
  describe(`deadlines of earlier releases: ${name}`, () => {
    it('those that an earlier release put are there, are overdue among the others, and are removed', async () => {
      const { deadlines, putFormer, allOf } = await make();
      const of = (n: number): Deadline => ({ instance: `orderProcess-${n}`, name: 'payment', setBy: n, at: at(n) });
      for (const n of [1, 3]) await putFormer(of(n));
      await deadlines.put(of(2));
      expect(await deadlines.has(of(1))).toBe(true);
      const all = (limit: number, from = at(0)) => deadlines.overdue('orderProcess', { from, before: at(3), limit });
      expect(await all(10)).toEqual([of(1), of(2)]);
      expect([await all(1), await all(10, at(2))]).toEqual([[of(1)], [of(2)]]);
      expect((await deadlines.few())?.toSorted((a, b) => a.setBy - b.setBy)).toEqual([of(1), of(2), of(3)]);
      expect(await deadlines.ofOthers([])).toEqual({ orderProcess: 3 });
      const ofAll = async (process: string) => {
        const found: Deadline[] = [];
        for await (const each of allOf(process).each()) found.push(each);
        return found.toSorted((a, b) => a.setBy - b.setBy);
      };
      expect(await ofAll('orderProcess')).toEqual([of(1), of(2), of(3)]);
      expect(await ofAll('order')).toEqual([]);
      for (const n of [1, 2]) await deadlines.remove(of(n));
      expect([await deadlines.has(of(1)), await deadlines.has(of(2))]).toEqual([false, false]);
      expect(await deadlines.few()).toEqual([of(3)]);
    });
  });
