import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillFromStore } from '../../../lib/cli/history/tags.ts';
import type { Manifest } from '../../../lib/core/manifest.ts';
import { parseStream } from '../../../lib/core/stream.ts';
import { tagDecider } from '../../../lib/core/tag/stream.ts';
import type { AnyTag } from '../../../lib/core/tag/tag.ts';
import { handleCommand } from '../../../lib/engine/command/handle.ts';
import { load } from '../../../lib/engine/store/load.ts';
import { answerHistory, historiesOf } from '../../../lib/http/history.ts';
import { asks, instanceOver, memoryTable, operator } from '../../support/examples/commanding.ts';
import { enrolment } from '../../support/examples/enrolling.ts';
import { exported, importing, linesIn, scratchFolder, type Table, verified } from '../../support/exporting.ts';
import { runs } from '../../support/runs.ts';

const manifest: Manifest = { aggregates: [enrolment], projections: [] };
const scratch = scratchFolder('tags');

const asked = fc.oneof(
  fc.record({
    type: fc.constant('Enrol'),
    id: fc.integer({ max: 5, min: 0 }),
    course: fc.integer({ max: 2, min: 0 }),
    student: fc.integer({ max: 2, min: 0 }),
  }),
  fc.record({
    type: fc.constantFrom('Withdraw', 'Move'),
    id: fc.integer({ max: 5, min: 0 }),
    course: fc.integer({ max: 2, min: 0 }),
    student: fc.constant(0),
  }),
);
type Asked = typeof asked extends fc.Arbitrary<infer A> ? A : never;

const send = (table: Table, { type, id, course, student }: Asked) => {
  const data = { Enrol: { course: `c${course}`, student: `s${student}` }, Withdraw: {}, Move: { to: [`c${course}`] } }[type]!;
  return handleCommand(
    instanceOver(table, { decider: enrolment, code: 'enrolment-1' }),
    asks(type, data, { stream: `enrolment-e${id}`, actor: operator }),
  );
};

/** A store with three courses, and what became of some commands. */
const filled = async (commands: readonly Asked[]): Promise<Table> => {
  const table = memoryTable();
  const on = instanceOver(table, { decider: enrolment, code: 'enrolment-1' });
  for (const course of ['c0', 'c1', 'c2'])
    await handleCommand(on, asks('Offer', { places: 2 }, { stream: `enrolment-${course}`, actor: operator }));
  for (const command of commands) {
    table.clock.advance(1_000);
    await send(table, command);
  }
  return table;
};

const isTag = (stream: string) => parseStream(stream)?.category === 'tag';

/** The state of each value of each tag. */
const statesOf = async (table: Table): Promise<Readonly<Record<string, unknown>>> => {
  const states: Record<string, unknown> = {};
  for (const stream of new Set(table.store.stored().map((commit) => commit.stream))) {
    const tag = enrolment.tags?.find(({ name }) => stream.startsWith(`tag-${name}.`));
    if (tag) states[stream] = (await load(instanceOver(table, { decider: tagDecider(tag) }), stream)).state;
  }
  return states;
};

/** The history as another system would have it: without tags, without what this one adds. */
const fromElsewhere = (table: Table, name: string): string => {
  const lines = table.store.stored().filter(({ stream }) => !isTag(stream));
  const file = join(scratch, `${name}.ndjson`);
  writeFileSync(file, lines.map(({ stream, events, at }) => JSON.stringify({ stream, events, at })).join('\n'));
  return file;
};

let made = 0;

describe('a history with tags', () => {
  it('is exported and imported with its tag streams, and comes to the same states', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(asked, { maxLength: 12 }), async (commands) => {
        const [from, to] = [await filled(commands), memoryTable()];
        const folder = await exported(from, scratch);
        expect((await importing(to, folder, manifest)).said).toEqual([expect.stringMatching(/ 0 refused\.$/)]);
        expect(await linesIn(await exported(to, scratch))).toEqual(await linesIn(folder));
        expect(await statesOf(to)).toEqual(await statesOf(from));
      }),
      { numRuns: runs(5) },
    );
  });

  it('is imported without any tag stream, as from another system: what its events say is entered, once, and comes to the same states', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(asked, { maxLength: 12 }), async (commands) => {
        const [from, to] = [await filled(commands), memoryTable()];
        const file = fromElsewhere(from, `elsewhere-${made++}`);
        expect((await importing(to, file, manifest)).said.at(-1)).toMatch(/entered into tags\.$/);
        expect(await statesOf(to)).toEqual(await statesOf(from));
        await verified(to);
        const stored = to.store.stored();
        expect((await importing(to, file, manifest)).said).toHaveLength(1);
        expect(to.store.stored()).toEqual(stored);
        // Decided as it would be where the history came from.
        const next: Asked = { type: 'Enrol', id: 9, course: 0, student: 0 };
        expect((await send(to, next)).outcome).toBe((await send(from, next)).outcome);
        expect(await statesOf(to)).toEqual(await statesOf(from));
      }),
      { numRuns: runs(5) },
    );
  });
});

describe('a tag that is declared later', () => {
  const [course, student] = enrolment.tags!;
  const late: AnyTag = { ...course!, late: true };
  const after = { ...enrolment, tags: [late, student!] } as unknown as typeof enrolment;
  const asking = (decider: unknown, table: Table) => instanceOver(table, { decider: decider as never });
  const offer = asks('Offer', { places: 0 }, { stream: 'enrolment-c0', actor: operator });

  const filling = async (table: Table, tag: string, dryRun = false) => {
    const said: string[] = [];
    const names = new Set(table.store.stored().map(({ stream }) => stream));
    const target = {
      ...table,
      names: (async function* () {
        yield* names;
      })(),
    };
    const asked = { manifest: { aggregates: [after], projections: [] }, tag, dryRun };
    await fillFromStore(asked, target, (line) => said.push(line), { show: () => {}, end: () => {} });
    return said;
  };

  it('has no decision made on it until it is filled, and is then as if it had always been there', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(asked, { maxLength: 12 }), async (commands) => {
        const always = await filled(commands);
        const table = memoryTable();
        table.store.restore(always.store.stored().filter(({ stream }) => !stream.startsWith('tag-course.')));
        const stored = table.store.stored();
        const refused = { problem: { kind: 'tag-incomplete', detail: expect.stringContaining('foldstream tags fill course') } };
        await expect(handleCommand(asking(after, table), offer)).rejects.toMatchObject(refused);
        const [dry] = await filling(table, 'course', true);
        expect(dry).toMatch(/would be entered into \d values? of the tag course. Nothing was written\.$/);
        expect(table.store.stored()).toEqual(stored);
        await expect(handleCommand(asking(after, table), offer)).rejects.toMatchObject(refused);
        await filling(table, 'course');
        await verified(table);
        expect(await statesOf(table)).toEqual(await statesOf(always));
        expect((await filling(table, 'course'))[0]).toBe('0 commits entered into 0 values of the tag course.');
        expect(await handleCommand(asking(after, table), offer)).toMatchObject({
          outcome: (await handleCommand(asking(enrolment, always), offer)).outcome,
        });
        const { body } = await answerHistory(
          historiesOf({ aggregates: [after], projections: [] }, (decider) => asking(decider, table)),
          {
            ...{ route: 'GET /streams/{category}/{id}', path: { category: 'tag', id: 'course.c0' }, query: {}, headers: {} },
            ...{ body: '', actor: operator, correlation: 'c', requestId: 'r' },
          },
        );
        expect(JSON.stringify(body)).toContain('CourseOffered');
      }),
      { numRuns: runs(5) },
    );
  });

  it('is entered by commands of the new release before it is filled, and an unknown tag is an error that names the others', async () => {
    const table = memoryTable();
    const withdraw = asks('Withdraw', {}, { stream: 'enrolment-e1', actor: operator });
    expect((await handleCommand(asking(after, table), withdraw)).outcome).toBe('unchanged');
    await expect(filling(table, 'place')).rejects.toThrow("There is no tag 'place'.");
  });
});
