import { describe, expect, it } from 'vitest';
import { user } from '../../lib/core/access.ts';
import type { Manifest } from '../../lib/core/manifest.ts';
import { ProblemError } from '../../lib/core/problem.ts';
import { answerCommand } from '../../lib/http/command.ts';
import { answerHistory, historiesOf } from '../../lib/http/history.ts';
import { openApi } from '../../lib/http/openapi/document.ts';
import { instanceOver, memoryTable, operator } from '../support/examples/commanding.ts';
import { enrolment } from '../support/examples/enrolling.ts';
import { member } from '../support/examples/member.ts';

const posted = (id: string, command: string, body: object, headers = {}) => ({
  ...{ route: 'POST /enrolment/{id}/{command}', path: { id, command }, query: {}, headers },
  ...{ body: JSON.stringify(body), actor: operator, correlation: 'c', requestId: 'r' },
});

const enrolments = { aggregates: [enrolment], projections: [] };

describe('the history of a tag', () => {
  const asked = (id: string, rest = '', query = {}, actor = operator) => ({
    ...{ route: `GET /streams/{category}/{id}${rest}`, path: { category: 'tag', id }, query, headers: {} },
    ...{ body: '', actor, correlation: 'c', requestId: 'r' },
  });
  const filled = async () => {
    const table = memoryTable();
    const on = instanceOver(table, { decider: enrolment });
    for (const [id, command, body] of [
      ['c1', 'offer', { places: 2 }],
      ['e1', 'enrol', { course: 'c1', student: 's1' }],
      ['e2', 'enrol', { course: 'c1', student: 's2' }],
    ] as const)
      await answerCommand(on, posted(id, command, body));
    const histories = historiesOf(enrolments, (decider) => instanceOver(table, { decider }));
    return (...given: Parameters<typeof asked>) => answerHistory(histories, asked(...given));
  };

  it('shows each entry with its stream and commit, its states, and their difference', async () => {
    const ask = await filled();
    const { body } = await ask('course.c1', '', { limit: '2' });
    expect(body).toMatchObject({ stream: 'tag-course.c1', cursor: expect.any(String) });
    expect((body as { commits: { events: unknown[] }[] }).commits.flatMap(({ events }) => events)).toEqual([
      {
        ...{ type: 'EventsTagged', version: 1, v: 1 },
        data: {
          ...{ tag: 'course', value: 'c1', stream: 'enrolment-c1', commit: 1 },
          events: [{ type: 'CourseOffered', v: 1, data: { places: 2 } }],
        },
      },
      expect.objectContaining({ data: expect.objectContaining({ stream: 'enrolment-e1' }) }),
    ]);
    expect((await ask('course.c1', '/state', { version: '2' })).body).toMatchObject({ state: { places: 2, taken: 1 } });
    expect((await ask('course.c1', '/diff', { from: '2', to: '3' })).body).toMatchObject({
      changes: [{ path: '/taken', from: 1, to: 2 }],
    });
  });

  it('is not for a student, whatever she owns; and a tag or a value that is not there is not found', async () => {
    const ask = await filled();
    await expect(ask('course.c1', '', {}, user('s1'))).rejects.toMatchObject({ problem: { kind: 'not-yours' } });
    for (const id of ['course.c9', 'place.c1', 'course', 'tag'])
      await expect(ask(id)).rejects.toMatchObject({ problem: { kind: 'not-found' } });
  });

  it('is described, for those who may read it; and nothing is described where there are no tags', () => {
    const paths = (manifest: Manifest) => openApi(manifest, { title: 'Tested', version: '0' }).paths as Record<string, object>;
    const described = paths(enrolments);
    for (const rest of ['', '/state', '/diff']) expect(described[`/streams/tag/{id}${rest}`]).toBeDefined();
    const text = JSON.stringify(described['/streams/tag/{id}']);
    expect(text).toContain('the tags are `course`, `student`');
    expect(text).toContain('EventsTagged');
    expect(Object.keys(paths({ aggregates: [member], projections: [] })).filter((path) => path.includes('/tag/'))).toEqual([]);
  });
});

describe('a command that decides on tags', () => {
  it('is answered over HTTP as any other, and a dry run appends nothing to them', async () => {
    const table = memoryTable();
    const on = instanceOver(table, { decider: enrolment });
    const ask = (...given: Parameters<typeof posted>) => answerCommand(on, posted(...given));
    expect((await ask('c1', 'offer', { places: 1 })).status).toBe(201);
    const before = table.store.stored();
    const seat = { course: 'c1', student: 's1' };
    expect((await ask('e1', 'enrol', seat, { 'dry-run': 'true' })).body).toMatchObject({ dryRun: true, version: 1 });
    expect(table.store.stored()).toEqual(before);
    expect((await ask('e1', 'enrol', seat)).body).toMatchObject({ stream: 'enrolment-e1', commit: 1 });
    await expect(ask('e2', 'enrol', { course: 'c1', student: 's2' })).rejects.toMatchObject({ problem: { kind: 'course-full' } });
    await expect(ask('e2', 'enrol', { course: 'c1', student: 's2' }, { 'dry-run': 'true' })).rejects.toThrow(ProblemError);
  });

  it('is invalid if a value cannot be in the key of a tag', async () => {
    const on = instanceOver(memoryTable(), { decider: enrolment });
    const id = 'c'.repeat(125);
    await expect(answerCommand(on, posted(id, 'offer', { places: 1 }))).rejects.toMatchObject({
      problem: {
        kind: 'invalid-command',
        extra: { errors: [{ path: '', reason: expect.stringContaining("the tag 'course' cannot have the value") }] },
      },
    });
  });
});
