import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Cursors, Deadline, Deadlines } from '../../lib/engine/process/ports.ts';

type Ports = Readonly<{ cursors: (process: string) => Cursors; deadlines: Deadlines }>;

/** The promises of the ports of processes; `make` makes empty ones. */
export const processContract = (name: string, make: () => Ports | Promise<Ports>) =>
  describe(`processes: ${name}`, () => {
    let ports: Ports;
    beforeAll(async () => {
      ports = await make();
    });
    const at = (second: number) => new Date(Date.UTC(2026, 10, 21, 12, 0, second)).toISOString();

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

    it('a deadline is there from when it is put until it is removed, and each setting of it is another one', async () => {
      const deadline: Deadline = { instance: `orderProcess-${randomUUID()}`, name: 'payment', setBy: 3, at: at(5) };
      const { at: _, ...which } = deadline;
      expect(await ports.deadlines.has(deadline)).toBe(false);
      await ports.deadlines.remove(which);
      await ports.deadlines.put(deadline);
      await ports.deadlines.put(deadline);
      expect(await ports.deadlines.has(deadline)).toBe(true);
      expect(await ports.deadlines.has({ ...deadline, setBy: 4 })).toBe(false);
      await ports.deadlines.remove(which);
      expect(await ports.deadlines.has(deadline)).toBe(false);
    });

    it('those overdue are all of a process that were to be before an instant, the oldest first, as many as asked for; and those of others are counted', async () => {
      const { deadlines } = await make();
      const all = Array.from({ length: 40 }, (_, i): Deadline => {
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
      const { at: _, ...gone } = sorted[0]!;
      await deadlines.remove(gone);
      expect(await overdue(at(99), 1)).toEqual([sorted[1]]);
      expect(await deadlines.ofOthers(['orderProcess'])).toEqual({ transferProcess: 20 });
      expect(await deadlines.ofOthers(['orderProcess', 'transferProcess'])).toEqual({});
    });
  });
