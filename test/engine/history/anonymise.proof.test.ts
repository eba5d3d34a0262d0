import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { toLine } from '../../../lib/cli/history/export-envelope.ts';
import { withoutSnapshots } from '../../../lib/cli/loading.ts';
import { type Commit, storedEvents } from '../../../lib/core/commit.ts';
import type { AnyDecider } from '../../../lib/core/decider.ts';
import { personal } from '../../../lib/core/personal/personal.ts';
import { partsOf, type Sealed } from '../../../lib/core/personal/sealed.ts';
import { type Formats, storeEvent, v1 } from '../../../lib/core/version.ts';
import { anonymiser } from '../../../lib/engine/history/anonymise.ts';
import { importHistory } from '../../../lib/engine/history/import-history.ts';
import { readImportLine } from '../../../lib/engine/history/import-line.ts';
import { importSealing } from '../../../lib/engine/history/import-seal.ts';
import { opened } from '../../../lib/engine/personal/open.ts';
import { sealCommit } from '../../../lib/engine/personal/seal.ts';
import { memoryBox, memorySubjectKeys } from '../../../lib/testing/memory/personal.ts';
import { memoryTable } from '../../support/examples/commanding.ts';
import { verified } from '../../support/exporting.ts';
import { markOfPersonal, personalData } from '../../support/personal/schemas.ts';

const mac = (text: string) => createHmac('sha256', 'seed').update(text).digest('hex');
const deciderOf = (events: Formats): AnyDecider =>
  ({ category: 'case', events, commands: {}, initial: {}, decide: {}, evolve: {} }) as never;

/** A commit with these events, sealed as a deployment seals it. */
const sealedCommit = async (formats: Formats, data: readonly (readonly [type: string, data: unknown])[], over: object = {}) => {
  const commit = {
    ...{ stream: 'case-c', commit: 1, version: data.length, command: 'request/1', at: '2026-11-21T12:00:00.000Z' },
    ...{ meta: { actor: 'a', correlation: 'c', causation: 'r' } },
    events: data.map(([type, each]) => storeEvent(formats, { type, data: each })),
    ...over,
  };
  const sealing = { keys: memorySubjectKeys('source'), box: memoryBox() };
  const made = await sealCommit(sealing, commit, ({ of }) => (of ? 'f' : 'c'));
  if ('erased' in made) throw new Error('erased');
  return JSON.parse(JSON.stringify(made.commit)) as Commit;
};

/** The lines of an export, imported into a store of another deployment. */
const imported = async (formats: Formats, lines: readonly string[]) => {
  const table = memoryTable();
  const sealing = { keys: memorySubjectKeys('target'), box: memoryBox() };
  const deciders = [deciderOf(formats)];
  const reading = { formatsOf: () => formats, clock: table.clock, seals: true };
  const into = importSealing({ sealing, deciders, loading: { ...withoutSnapshots, ...table } });
  async function* source() {
    for (const line of lines) yield readImportLine(line, reading)!;
  }
  const times = async (mark: string) => importHistory({ ...table, mark, sealing: into }, [source()]);
  return { table, sealing, times };
};

describe('an anonymised export of any format with personal values', () => {
  it('shows none of them, is imported under keys of the target, and keeps what is equal equal', async () => {
    let values = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(personalData, { minLength: 1, maxLength: 3 }), async (cases) => {
        const schema = z.object({ friend: z.string(), parts: z.tuple(cases.map((each) => each.schema) as never) });
        const formats: Formats = { Happened: v1(schema) };
        const given = { friend: 'f', parts: cases.map(({ value }) => value) };
        const commit = await sealedCommit(formats, [
          ['Happened', given],
          ['Happened', given],
        ]);
        const line = toLine(anonymiser([deciderOf(formats)], mac)(commit));
        expect(line).not.toMatch(markOfPersonal);
        expect(line).not.toContain('"~"');
        const { table, sealing, times } = await imported(formats, [line]);
        expect(await times('import/1')).toMatchObject({ written: 1, refusals: [] });
        const [first, second] = storedEvents(table.store.stored()[0]!).map(({ data }) => data);
        const data = await opened(sealing, first);
        expect(await opened(sealing, second)).toEqual(data);
        // The file holds what is read in the end, and it is what the format takes.
        expect((JSON.parse(line) as { data: Commit }).data.events[0]!.data).toEqual(data);
        expect(storeEvent(formats, { type: 'Happened', data }).v).toBe(1);
        values += JSON.stringify(first).split('"~"').length - 1;
        await verified(table);
        // A second time: sealed anew each time, and known by the hashes.
        expect(await times('import/2')).toMatchObject({ written: 0, skipped: 1, refusals: [] });
      }),
      { numRuns: 150 },
    );
    expect(values).toBeGreaterThan(130);
  });
});

describe('made-up values', () => {
  const formats = {
    Registered: v1(
      z.object({
        name: personal(z.string()),
        email: personal(z.email(), { find: true }),
        birth: personal(z.iso.date()),
        income: personal(z.int().min(1_000).max(2_000_000_000)),
        phone: personal(z.e164()),
      }),
    ),
    Invited: v1(z.object({ who: personal(z.string().max(60), { find: true }), first: personal(z.string().min(1).max(100)) })),
  } satisfies Formats;
  const registered = (name: string, email: string, income = 5_000) =>
    ['Registered', { name, email, birth: '1815-12-10', income, phone: '+43123456789' }] as const;
  const anonymous = async (...data: Parameters<typeof sealedCommit>[1]) => {
    const commit = anonymiser([deciderOf(formats)], mac)(await sealedCommit(formats, data));
    return commit.events.map((event) => event.data as Readonly<Record<string, unknown>>);
  };

  it('are equal where the values were, also at places that take other texts, and differ where they differed', async () => {
    const [ada, bob, invited] = await anonymous(
      registered('Ada', 'ada@example.com'),
      registered('Bob', 'bob@example.com', 6_000),
      ['Invited', { who: 'ada@example.com', first: 'Ada' }],
    );
    expect(invited).toEqual({ who: ada!.email, first: ada!.name });
    for (const field of ['name', 'email', 'income']) expect(bob![field]).not.toEqual(ada![field]);
    expect([bob!.birth, bob!.phone]).toEqual([ada!.birth, ada!.phone]);
  });

  it('reach nobody: addresses and numbers are those that nobody has', async () => {
    const [{ email, phone } = {}] = await anonymous(registered('Ada', 'ada@example.com'));
    expect(email).toMatch(/^[a-z]+@example\.com$/);
    expect(phone).toMatch(/^\+999\d{9}$/);
  });

  it('are other ones under another secret', async () => {
    const commit = await sealedCommit(formats, [registered('Ada', 'ada@example.com')]);
    const other = (text: string) => createHmac('sha256', 'other').update(text).digest('hex');
    const emails = [mac, other].map(
      (each) => (anonymiser([deciderOf(formats)], each)(commit).events[0]!.data as { email: string }).email,
    );
    expect(new Set(emails).size).toBe(2);
  });

  it('are examples of the schema where nothing made up fits it, and else an error that says so', async () => {
    const strange = z.string().refine((text) => /^odd-\d$/.test(text));
    const shown = { Seen: v1(z.object({ it: personal(strange.meta({ examples: ['odd-1', 'odd-2'] })) })) };
    const seen = await sealedCommit(shown, [['Seen', { it: 'odd-7' }]]);
    expect((anonymiser([deciderOf(shown)], mac)(seen).events[0]!.data as { it: string }).it).toMatch(/^odd-[12]$/);
    const bare = { Seen: v1(z.object({ it: personal(strange) })) };
    const unseen = await sealedCommit(bare, [['Seen', { it: 'odd-7' }]]);
    expect(() => anonymiser([deciderOf(bare)], mac)(unseen)).toThrow(
      'No value can be made up for the personal value /it of Seen',
    );
  });

  it('stand for values that were passed on, with whose they are and where they were sealed', async () => {
    const passed = { ...formats, Noted: v1(z.object({ memory: z.unknown() })) };
    const commit = await sealedCommit(passed, [registered('Ada', 'ada@example.com')]);
    const { email } = storedEvents(commit)[0]!.data as { email: Sealed };
    const noted: Commit = {
      ...{ stream: 'case-c', commit: 2, version: 2, command: 'cli/ada', at: commit.at },
      ...{ meta: { actor: 'cli/ada', correlation: 'c', causation: 'http/ada-key', network: '10.0.0.0/24', why: 'Ada asked' } },
      events: [{ type: 'Noted', v: 1, data: { memory: [{ email }] } }],
    };
    const as = anonymiser([deciderOf(passed)], mac);
    const lines = [commit, noted].map((each) => toLine(as(each)));
    expect(lines[1]).not.toMatch(/\/ada|10\.0\.0|Ada asked/);
    const { table, sealing, times } = await imported(passed, lines);
    expect(await times('import/1')).toMatchObject({ written: 2, refusals: [] });
    const [first, second] = table.store.stored().flatMap((each) => storedEvents(each).map(({ data }) => data)) as [
      { email: Sealed },
      { memory: [{ email: Sealed }] },
    ];
    const there = second.memory[0].email;
    expect([there.of, there.at]).toEqual([email.of, email.at]);
    expect(partsOf(there).hash).toBe(partsOf(first.email).hash);
    expect(await opened(sealing, there)).toEqual(await opened(sealing, first.email));
    expect(await times('import/2')).toMatchObject({ written: 0, skipped: 2, refusals: [] });
  });
});
