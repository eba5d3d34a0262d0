import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { checkVerb } from '../../../lib/cli/history/check.ts';
import { exportInto } from '../../../lib/cli/history/export.ts';
import { type Commit, storedEvents } from '../../../lib/core/commit.ts';
import { command } from '../../../lib/core/decider.ts';
import { decider } from '../../../lib/core/declare/decider.ts';
import type { Manifest } from '../../../lib/core/manifest.ts';
import { personal } from '../../../lib/core/personal/personal.ts';
import type { Sealed } from '../../../lib/core/personal/sealed.ts';
import { storedDecidersOf } from '../../../lib/core/reservation.ts';
import { type EventOf, v1 } from '../../../lib/core/version.ts';
import { handleCommand } from '../../../lib/engine/command/handle.ts';
import { anonymiser } from '../../../lib/engine/history/anonymise.ts';
import { CannotOpen, opened } from '../../../lib/engine/personal/open.ts';
import { memoryBox, memorySubjectKeys } from '../../../lib/testing/memory/personal.ts';
import { memoryScanner } from '../../../lib/testing/memory/sweep.ts';
import { customers } from '../../support/apps/customer/customers.ts';
import { customer } from '../../support/apps/customer/decider.ts';
import { asks, instanceOver, memoryTable } from '../../support/examples/commanding.ts';
import { exported as exportedInto, importing, linesIn, scratchFolder, verified } from '../../support/exporting.ts';

const ownedEvents = { Opened: v1(z.object({ owner: z.string(), iban: personal(z.string()) })) };
const owned = decider<Readonly<{ owner?: string }>, EventOf<typeof ownedEvents>>()({
  category: 'owned',
  events: ownedEvents,
  commands: { Open: command(['user'], z.strictObject({ owner: z.string(), iban: z.string() })) },
  initial: {},
  owner: ({ owner }) => owner,
  decide: { Open: (_, data) => [{ type: 'Opened', data }] },
  evolve: { Opened: (_, { owner }) => ({ owner }) },
});
const manifest = { aggregates: [customer, owned], projections: [customers] } as unknown as Manifest;
const mac = (text: string) => createHmac('sha256', 'seed').update(text).digest('hex');
const anonymise = anonymiser(storedDecidersOf(manifest), mac);
const scratch = scratchFolder('anonymised');

const deployment = (seed: string) => {
  const table = memoryTable();
  const keys = memorySubjectKeys(seed);
  const personal = { keys, box: memoryBox() };
  const does = (stream: string, type: string, data: object) => {
    const of = stream.startsWith('owned') ? owned : customer;
    return handleCommand(instanceOver(table, { decider: of as never, personal }), asks(type, data, { stream }));
  };
  const read = async (stream: string) =>
    Promise.all(
      table.store
        .stored()
        .filter((commit) => commit.stream === stream)
        .map(async (commit) => opened(personal, storedEvents(commit)[0]!.data)),
    );
  return { ...table, personal, does, read };
};

const marked = { name: 'Ada MARKED', email: 'marked@example.com' };
const [friendName, note, iban] = ['Bob MARKED', 'kind MARKED', 'AT MARKED'];

/** A deployment with a history of persons: two values of one address, two subjects, and an owner. */
const filled = async () => {
  const made = deployment('source');
  await made.does('customer-ada', 'Register', marked);
  await made.does('customer-ada', 'ChangeEmail', { email: 'other.marked@example.com' });
  await made.does('customer-ada', 'ChangeEmail', { email: marked.email });
  await made.does('customer-ada', 'Recommend', { friend: 'bob', friendName, note });
  await made.does('owned-1', 'Open', { owner: 'ada', iban });
  await made.does('owned-1', 'Open', { owner: 'ada', iban });
  return made;
};
const checked = async (against: string) => (await checkVerb({ manifest, against })).ok;

describe('an anonymised export', () => {
  it('holds no personal value, opens none, and is imported sealed: unique values, equal ones and owners are as they were', async () => {
    const source = await filled();
    const folder = await exportedInto(source, scratch, { anonymise });
    const text = (await linesIn(folder)).join('\n');
    expect(text).not.toMatch(/marked|MARKED|"~"|unique-/);
    expect(source.personal.keys.requests.opening).toBe(0);
    expect(await checked(folder)).toBe(true);

    const target = deployment('target');
    const { ok, said } = await importing(target, folder, manifest);
    expect([ok, said]).toMatchObject([true, expect.arrayContaining(['6 commits written, 0 there already, 0 refused.'])]);
    expect(JSON.stringify(target.store.stored())).not.toContain('@example.com');
    const [registered, changed, back, recommended] = (await target.read('customer-ada')) as Readonly<Record<string, string>>[];
    expect(back!.email).toBe(registered!.email);
    expect(changed!.email).not.toBe(registered!.email);
    expect(recommended).toMatchObject({ friend: 'bob', friendName: expect.any(String) });
    const subjects = target.store
      .stored()
      .filter(({ stream }) => stream === 'owned-1')
      .map((commit) => (storedEvents(commit)[0]!.data as { iban: Sealed }).iban.of);
    expect(subjects).toEqual(['ada', 'ada']);
    await verified(target);
    expect(target.personal.keys.requests.opening).toBeGreaterThan(0);

    // A unique value is taken, as it was.
    const taken = await target.does('customer-eve', 'Register', { name: 'Eve', email: registered!.email! });
    expect(taken).toMatchObject({ outcome: 'refused' });
    // Again: nothing is written, although what is sealed anew is never the same.
    expect((await importing(target, folder, manifest)).said).toContain('0 commits written, 6 there already, 0 refused.');
  });

  it('differs from what another history has at its place', async () => {
    const folder = await exportedInto(await filled(), scratch, { anonymise });
    const other = deployment('target');
    await importing(other, folder, manifest);
    const numberOf = (line: string) => (JSON.parse(line) as { data: Commit }).data.commit;
    const lines = (await linesIn(folder))
      .toSorted((a, b) => numberOf(a) - numberOf(b))
      .map((line) => line.replace(/"name":"[^"]+"/, '"name":"Someone"'));
    const file = join(scratch, 'forked.ndjson');
    writeFileSync(file, lines.join('\n'));
    const { ok, said } = await importing(other, file, manifest);
    expect(ok).toBe(false);
    expect(said.join()).toContain('customer-ada: commit 1 was refused: another commit is there: the histories have forked.');
  });

  it('that was interrupted begins anew: what the other secret chose does not go with the rest', async () => {
    const { store } = await filled();
    const folder = join(scratch, 'interrupted');
    const secretly = (secret: string) =>
      anonymiser(storedDecidersOf(manifest), (text) => createHmac('sha256', secret).update(text).digest('hex'));
    let asked = 0;
    // It ends when all parts are written, and before the export is said to be whole.
    const failing = () => {
      asked += 1;
      if (asked > 1) throw new Error('The power went.');
      return '2026-11-21T12:00:00.000Z';
    };
    const source = { table: 'commits', store, scanner: memoryScanner(store), about: 0, now: () => '2026-11-21T12:00:00.000Z' };
    const silent = { show: () => {}, end: () => {} };
    const first = { ...source, now: failing, anonymise: secretly('one') };
    await expect(exportInto(folder, { segments: 3 }, first, silent)).rejects.toThrow('The power went.');
    await exportInto(folder, { segments: 3 }, { ...source, anonymise: secretly('two') }, silent);
    const whole = await exportedInto({ store }, scratch, { anonymise: secretly('two') });
    expect(await linesIn(folder)).toEqual(await linesIn(whole));
    expect(JSON.parse(readFileSync(join(folder, 'export.json'), 'utf8'))).toMatchObject({ anonymised: true, commits: 6 });
    await expect(exportInto(folder, { segments: 3 }, source, silent)).rejects.toThrow('holds another export');
  });
});

describe('an import with personal values', () => {
  const history = (subject: string) => [
    JSON.stringify({
      ...{ stream: `customer-${subject}`, at: '2019-03-01T09:30:00+01:00' },
      events: [{ type: 'CustomerRegistered', v: 1, data: { name: 'Old MARKED', email: 'old@example.com' } }],
    }),
    JSON.stringify({
      ...{ stream: `customer-${subject}`, at: '2019-03-02T09:30:00+01:00' },
      events: [{ type: 'EmailChanged', v: 1, data: { email: 'new@example.com' } }],
    }),
  ];
  const fileOf = (name: string, lines: readonly string[]) => {
    const file = join(scratch, `${name}.ndjson`);
    writeFileSync(file, lines.join('\n'));
    return file;
  };

  it('in plain, of another system, seals them', async () => {
    const target = deployment('target');
    const file = fileOf('plain', history('c1'));
    expect(await importing(target, file, manifest)).toMatchObject({ ok: true });
    expect(JSON.stringify(target.store.stored())).not.toMatch(/MARKED|example\.com/);
    expect(await target.read('customer-c1')).toEqual([
      { name: 'Old MARKED', email: 'old@example.com' },
      { email: 'new@example.com' },
    ]);
    const { personal: _, ...keyless } = deployment('keyless');
    expect((await importing(keyless, file, manifest)).said.join()).toContain('no keys to seal them with');
    const wrong = fileOf('wrong', [history('c1')[0]!.replace('old@example.com', 'SECRET')]);
    const { ok, said } = await importing(target, wrong, manifest);
    expect(ok).toBe(false);
    expect(said.join()).not.toContain('SECRET');
  });

  it('of an erased person is refused, and makes no key; what was there is passed over', async () => {
    const target = deployment('target');
    const file = fileOf('erased', history('c1'));
    await importing(target, fileOf('first', history('c1').slice(0, 1)), manifest);
    await target.personal.keys.erase('c1');
    const { ok, said } = await importing(target, file, manifest);
    expect([ok, said.join()]).toEqual([
      false,
      expect.stringContaining('commit 2 was refused: it has personal values of c1, who is erased'),
    ]);
    expect(said.join()).toContain('0 commits written, 1 there already, 1 refused.');
    expect(await target.read('customer-c1')).toEqual([{ name: { erased: true }, email: { erased: true } }]);
  });

  it('from before an erasure does not bring them back, and folds as before', async () => {
    const source = await filled();
    const folder = await exportedInto(source, scratch);
    expect((await linesIn(folder)).join()).not.toMatch(/marked|MARKED/);
    expect(await checked(folder)).toBe(true);
    await source.personal.keys.erase('ada');
    expect(await checked(folder)).toBe(true);
    // A table in which the streams are gone, under the keys that are left.
    const empty = memoryTable();
    const said = await importing({ ...empty, personal: source.personal }, folder, manifest);
    expect(said.ok).toBe(true);
    const streams = empty.store.stored().filter(({ stream }) => stream.startsWith('customer-'));
    const read = await opened(
      source.personal,
      streams.map((commit: Commit) => storedEvents(commit)[0]!.data),
    );
    const erased = { erased: true };
    expect(read).toEqual([
      { name: erased, email: erased },
      { email: erased },
      { email: erased },
      { friend: 'bob', friendName, note: erased },
    ]);
    const late = await handleCommand(
      instanceOver(empty, { decider: customer as never, personal: source.personal }),
      asks('ChangeEmail', { email: 'late@example.com' }, { stream: 'customer-ada' }),
    );
    expect(late).toMatchObject({ outcome: 'refused', refusal: { refused: 'subject-erased' } });
  });

  it('that another deployment sealed is refused, unless they are to stay unreadable', async () => {
    const folder = await exportedInto(await filled(), scratch);
    const target = deployment('target');
    const { ok, said } = await importing(target, folder, manifest);
    expect(ok).toBe(false);
    expect(said.join()).toContain('were sealed by another deployment');
    expect(target.store.stored()).toEqual([]);
    expect(await importing({ ...target, keepSealed: true }, folder, manifest)).toMatchObject({ ok: true });
    await expect(target.read('customer-ada')).rejects.toThrow(CannotOpen);
    expect(await importing({ ...target, keepSealed: true }, folder, manifest)).toMatchObject({ ok: true });
  });
});
