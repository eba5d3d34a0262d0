import { describe, expect, it } from 'vitest';
import { handleCommand, handleTogether } from '../../../lib/engine/command/handle.ts';
import type { Commanding } from '../../../lib/engine/command/request.ts';
import type { Store } from '../../../lib/engine/ports.ts';
import { asks, instanceOver, memoryTable, operator, robot, watched } from '../../support/examples/commanding.ts';
import { enrolment } from '../../support/examples/enrolling.ts';

type Table = ReturnType<typeof memoryTable>;
type Over = Parameters<typeof asks>[2];
const enrolments = (table: Table): Commanding => instanceOver(table, { decider: enrolment, code: 'enrolment-1' });

const to = (id: string, over: Over = {}) => ({ stream: `enrolment-${id}`, actor: operator, ...over });
const offer = (course: string, places: number) => asks('Offer', { places }, to(course));
const enrol = (id: string, course: string, student: string, over?: Over) => asks('Enrol', { course, student }, to(id, over));
const withdraw = (id: string) => asks('Withdraw', {}, to(id));

const storedIn = (table: Table, stream: string) => table.store.stored().filter((commit) => commit.stream === stream);
const refused = (reason: string, detail?: object) => ({
  outcome: 'refused',
  refusal: { refused: reason, ...(detail && { detail }) },
});

describe('a tagged event', () => {
  it('takes the next number of each of its tags in the transaction that stores it', async () => {
    const table = memoryTable();
    const on = enrolments(table);
    await handleCommand(on, offer('c1', 5));
    expect((await handleCommand(on, enrol('e1', 'c1', 's1'))).outcome).toBe('committed');
    const [own] = storedIn(table, 'enrolment-e1');
    const [, course] = storedIn(table, 'tag-course.c1');
    const [student] = storedIn(table, 'tag-student.s1');
    expect(own?.siblings).toEqual([
      { stream: 'tag-course.c1', commit: 2 },
      { stream: 'tag-student.s1', commit: 1 },
    ]);
    for (const tagged of [course, student]) expect(tagged).toMatchObject({ command: own?.command, at: own?.at, meta: own?.meta });
    expect(course?.events).toEqual([
      {
        type: 'EventsTagged',
        v: 1,
        data: { tag: 'course', value: 'c1', stream: 'enrolment-e1', commit: 1, events: own?.events },
      },
    ]);
    expect(course?.siblings).toContainEqual({ stream: 'enrolment-e1', commit: 1 });
  });

  it('that carries two values of one tag is folded under each', async () => {
    const table = memoryTable();
    const on = enrolments(table);
    for (const course of ['c1', 'c2']) await handleCommand(on, offer(course, 1));
    await handleCommand(on, enrol('e1', 'c1', 's1'));
    expect((await handleCommand(on, asks('Move', { to: ['c2'] }, to('e1')))).outcome).toBe('committed');
    expect(await handleCommand(on, enrol('e2', 'c2', 's2'))).toEqual(refused('course-full', { places: 1 }));
    expect((await handleCommand(enrolments(table), enrol('e3', 'c1', 's2'))).outcome).toBe('committed');
  });

  it('is never stored in part: a tag whose value can be in no key is an error that names it', async () => {
    const table = memoryTable();
    await expect(handleCommand(enrolments(table), enrol('e1', 'c 1', 's1'))).rejects.toThrow(
      "Enrol: the tag 'course' cannot have the value 'c 1'",
    );
    expect(table.store.stored()).toEqual([]);
  });

  it('is dated in no tag before the event that precedes it there, whatever the clocks say', async () => {
    const table = memoryTable();
    const on = enrolments(table);
    await handleCommand(on, offer('c1', 5));
    table.clock.advance(-60_000);
    await handleCommand(on, enrol('e1', 'c1', 's1'));
    table.clock.advance(-60_000);
    await handleCommand(enrolments(table), withdraw('e1'));
    const times = storedIn(table, 'tag-course.c1').map(({ at }) => at);
    expect(times).toEqual(times.toSorted());
    expect(times).toHaveLength(3);
  });
});

describe('a decision on tags', () => {
  it('is made on the events of each, whichever stream they are in', async () => {
    const table = memoryTable();
    const on = enrolments(table);
    for (const course of ['c1', 'c2', 'c3']) await handleCommand(on, offer(course, 1));
    expect((await handleCommand(on, enrol('e1', 'c1', 's1'))).outcome).toBe('committed');
    expect(await handleCommand(on, enrol('e2', 'c1', 's2'))).toEqual(refused('course-full', { places: 1 }));
    expect(await handleCommand(on, enrol('e3', 'c1', 's1'))).toEqual(refused('enrolled-already'));
    expect((await handleCommand(on, enrol('e4', 'c2', 's1'))).outcome).toBe('committed');
    expect(await handleCommand(on, enrol('e5', 'c3', 's1'))).toEqual(refused('too-many-courses', { limit: 2 }));
    await handleCommand(on, withdraw('e1'));
    expect((await handleCommand(on, enrol('e6', 'c1', 's2'))).outcome).toBe('committed');
  });

  it('is appended on the condition that none of them has moved, also of those that get no event', async () => {
    const table = memoryTable();
    const [one, other] = [enrolments(table), enrolments(table)];
    for (const course of ['c1', 'c2']) await handleCommand(one, offer(course, 1));
    await handleCommand(one, enrol('e1', 'c1', 's1'));
    const calls: unknown[] = [];
    const store: Store = {
      ...table.store,
      appendTogether: (commits, unmoved) => {
        calls.push(unmoved);
        return table.store.appendTogether(commits, unmoved);
      },
    };
    // Decides on both courses, and moves to the first of them.
    await handleCommand({ ...one, store }, asks('Move', { to: ['c2', 'c3'] }, to('e1')));
    expect(calls).toEqual([[{ stream: 'tag-course.c3', commit: 0 }]]);
    expect(await handleCommand(other, enrol('e2', 'c2', 's2'))).toEqual(refused('course-full', { places: 1 }));
  });

  it('is made anew when one has moved meanwhile', async () => {
    const table = memoryTable();
    const [one, other] = [enrolments(table), enrolments(table)];
    await handleCommand(one, offer('c1', 1));
    let first = true;
    const store: Store = {
      ...table.store,
      appendTogether: async (commits, unmoved) => {
        if (first) {
          first = false;
          await handleCommand(other, enrol('e2', 'c1', 's2'));
        }
        return table.store.appendTogether(commits, unmoved);
      },
    };
    expect(await handleCommand({ ...one, store }, enrol('e1', 'c1', 's1'))).toEqual(refused('course-full', { places: 1 }));
    expect(storedIn(table, 'enrolment-e1')).toEqual([]);
  });

  it('costs one transaction and no read when the function is warm', async () => {
    const table = memoryTable();
    const { commanding, calls } = watched(enrolments(table));
    await handleCommand(commanding, offer('c1', 5));
    await handleCommand(commanding, enrol('e1', 'c1', 's1'));
    calls.length = 0;
    await handleCommand(commanding, withdraw('e1'));
    expect(calls).toEqual(['store.appendTogether']);
  });

  it('that appends nothing is confirmed by reading every one of them once more', async () => {
    const table = memoryTable();
    const [one, other] = [enrolments(table), enrolments(table)];
    await handleCommand(one, offer('c1', 1));
    await handleCommand(one, enrol('e1', 'c1', 's1'));
    // The cache of the first instance still says that the course is full.
    await handleCommand(other, withdraw('e1'));
    expect((await handleCommand(one, enrol('e2', 'c1', 's2'))).outcome).toBe('committed');
  });

  it('is not refused on states that were never there at the same time', async () => {
    const table = memoryTable();
    const [one, other] = [enrolments(table), enrolments(table)];
    for (const course of ['c1', 'c2', 'c3']) await handleCommand(other, offer(course, 1));
    await handleCommand(other, enrol('e1', 'c1', 's1'));
    await handleCommand(other, enrol('e2', 'c2', 's2'));
    let moved = false;
    const store: Store = {
      ...table.store,
      read: async (stream, range) => {
        if (stream === 'tag-course.c3' && !moved) {
          moved = true;
          await handleCommand(other, asks('Move', { to: ['c3'] }, to('e2')));
        }
        return table.store.read(stream, range);
      },
    };
    // c2 is read while it is full, and c3 when the one place of c2 is free instead.
    const answer = await handleCommand({ ...one, store }, asks('Move', { to: ['c2', 'c3'] }, to('e1')));
    expect(answer).toMatchObject({ outcome: 'committed', commit: { events: [{ data: { to: 'c2' } }] } });
  });

  it('of a command that took effect before is not made again', async () => {
    const table = memoryTable();
    const on = enrolments(table);
    await handleCommand(on, offer('c1', 1));
    const first = await handleCommand(on, enrol('e1', 'c1', 's1', { key: 'k1' }));
    expect(await handleCommand(enrolments(table), enrol('e1', 'c1', 's1', { key: 'k1' }))).toEqual(first);
    expect(storedIn(table, 'tag-course.c1')).toHaveLength(2);
  });

  it('leaves a process the outcome of its command, on the same condition', async () => {
    const table = memoryTable();
    const on = enrolments(table);
    expect(await handleCommand(on, enrol('e1', 'c1', 's1', { actor: robot }))).toMatchObject({
      outcome: 'committed',
      commit: { stream: 'enrolment-e1', events: [], refused: { reason: 'course-full' } },
    });
    expect(storedIn(table, 'tag-course.c1')).toEqual([]);
  });
});

describe('commands that take effect together', () => {
  it('see each other in the tags, and make one commit of each tag', async () => {
    const table = memoryTable();
    const on = enrolments(table);
    await handleCommand(on, offer('c1', 2));
    const both = (a: string, b: string) =>
      handleTogether([
        { commanding: on, request: enrol(a, 'c1', `s${a}`, { id: `process/p/${a}` }) },
        { commanding: on, request: enrol(b, 'c1', `s${b}`, { id: `process/p/${a}` }) },
      ]);
    expect((await both('1', '2')).outcome).toBe('committed');
    expect(storedIn(table, 'tag-course.c1').map(({ commit, version }) => [commit, version])).toEqual([
      [1, 1],
      [2, 3],
    ]);
    expect(await both('3', '4')).toEqual(refused('course-full', { places: 2 }));
    await handleCommand(on, offer('c1', 3));
    // The first takes the last place; the second is refused, and none takes effect.
    expect(await both('3', '4')).toEqual(refused('course-full', { places: 3 }));
    expect(storedIn(table, 'enrolment-3')).toEqual([]);
  });
});
