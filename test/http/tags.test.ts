import { describe, expect, it } from 'vitest';
import { ProblemError } from '../../lib/core/problem.ts';
import { answerCommand } from '../../lib/http/command.ts';
import { instanceOver, memoryTable, operator } from '../support/examples/commanding.ts';
import { enrolment } from '../support/examples/enrolling.ts';

const posted = (id: string, command: string, body: object, headers = {}) => ({
  ...{ route: 'POST /enrolment/{id}/{command}', path: { id, command }, query: {}, headers },
  ...{ body: JSON.stringify(body), actor: operator, correlation: 'c', requestId: 'r' },
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
