import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { checkVerb } from '../../../lib/cli/history/check.ts';
import { filesOf } from '../../../lib/cli/history/export-lines.ts';
import type { Commit } from '../../../lib/core/commit.ts';
import type { Manifest } from '../../../lib/core/manifest.ts';
import { handleCommand } from '../../../lib/engine/command/handle.ts';
import { asks, instanceOver, memoryTable, operator } from '../../support/examples/commanding.ts';
import { member } from '../../support/examples/member.ts';
import {
  exported as exportedInto,
  importing as importedFrom,
  linesIn,
  scratchFolder,
  type Table,
  verified,
} from '../../support/exporting.ts';

const manifest: Manifest = { aggregates: [member], projections: [] };
const scratch = scratchFolder('import');
let made = 0;
const exported = (table: Table) => exportedInto(table, scratch);
const importing = (table: Table, path: string) => importedFrom(table, path, manifest);

const changing = (table: Table, id: string, mail: string) =>
  handleCommand(
    instanceOver(table, { decider: member, code: 'member-1' }),
    asks('ChangeMail', { mail }, { stream: `member-${id}`, actor: operator }),
  );
const leaving = (table: Table, id: string) =>
  handleCommand(
    instanceOver(table, { decider: member, code: 'member-1' }),
    asks('Leave', {}, { stream: `member-${id}`, actor: operator }),
  );

/** A store with some history, reservations among it. */
const filled = async (): Promise<Table> => {
  const table = memoryTable();
  for (const [id, mail] of [
    ['1', 'ada@example.test'],
    ['2', 'bob@example.test'],
    ['1', 'ada@example.org'],
    ['3', 'ada@example.test'],
  ] as const)
    expect(await changing(table, id, mail)).toMatchObject({ outcome: 'committed' });
  expect(await leaving(table, '2')).toMatchObject({ outcome: 'committed' });
  return table;
};

const otherSecret = (): Table => {
  const table = memoryTable();
  return {
    ...table,
    keys: { ...table.keys, digest: async (text) => createHmac('sha256', 'another').update(text).digest('hex') },
  };
};

describe('an export that is imported', () => {
  it('comes out as the same bytes, marked; the chain holds; and the second time nothing is written', async () => {
    const [from, to] = [await filled(), memoryTable()];
    const folder = await exported(from);
    const count = from.store.stored().length;
    expect(await importing(to, folder)).toEqual({ ok: true, said: [`${count} commits written, 0 there already, 0 refused.`] });
    expect(to.store.stored().every(({ imported }) => imported?.startsWith('import/2026-11-21T12'))).toBe(true);
    const again = await exported(to);
    expect(await linesIn(again)).toEqual(await linesIn(folder));
    await verified(to);
    expect(await importing(to, folder)).toEqual({ ok: true, said: [`0 commits written, ${count} there already, 0 refused.`] });
    expect(to.store.stored()).toHaveLength(count);
  });

  it('keeps what is unique unique, also under another secret', async () => {
    const [from, to] = [await filled(), otherSecret()];
    const folder = await exported(from);
    expect((await importing(to, folder)).said).toContain('2 unique values claimed.');
    expect(await changing(to, '9', 'ada@example.org')).toMatchObject({ outcome: 'refused' });
    expect(await changing(to, '9', 'bob@example.test')).toMatchObject({ outcome: 'committed' });
    // Given back as any other.
    expect(await leaving(to, '1')).toMatchObject({ outcome: 'committed' });
    expect(await changing(to, '8', 'ada@example.org')).toMatchObject({ outcome: 'committed' });
    await verified(to);
    expect(to.store.stored().filter(({ imported, command }) => command.startsWith('import/') && !imported)).toEqual([]);
  });

  it('names the streams whose value another stream has already, and takes it from none', async () => {
    const to = otherSecret();
    await changing(to, '7', 'ada@example.test');
    const { ok, said } = await importing(to, await exported(await filled()));
    expect(ok).toBe(false);
    expect(said).toContain("member-3: its mailAddress is member-7's already.");
    expect(await changing(to, '9', 'ada@example.test')).toMatchObject({ outcome: 'refused' });
  });

  it('is read by foldstream check, from the folder of its parts, what is unique included', async () => {
    const { ok, report } = await checkVerb({ manifest, against: await exported(await filled()) });
    expect(report.failures).toEqual([]);
    expect({ ok, streams: report.streams }).toEqual({ ok: true, streams: 6 });
  });

  it('that did not come to its end is no history', async () => {
    const folder = await exported(await filled());
    writeFileSync(join(folder, 'export.json'), JSON.stringify({ table: 'commits', segments: 3, startedAt: 'then' }));
    expect(() => filesOf(folder)).toThrow('is an incomplete export');
  });
});

describe('a history from elsewhere', () => {
  const changed = (mail: unknown) => ({ type: 'MailChanged', v: 1, data: { mail } });
  const lines = [
    { stream: 'member-1', at: '2020-02-01T09:00:00Z', events: [changed('ada@example.test')] },
    { stream: 'member-2', at: '2020-02-02T10:00:00+02:00', events: [changed('bob@example.test')] },
    // Its clock went backwards.
    { stream: 'member-1', at: '2020-01-31T09:00:00Z', events: [changed('ada@example.org'), changed('ada@example.net')] },
  ];
  const file = (all: readonly unknown[], name = `lines-${made++}.ndjson`) => {
    const path = join(scratch, name);
    const text = all.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
    writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
    return path;
  };

  it('is completed, the same way each time, and its values are claimed', async () => {
    const table = memoryTable();
    const path = file(lines, 'elsewhere.ndjson.gz');
    expect(await importing(table, path)).toEqual({
      ok: true,
      said: ['3 commits written, 0 there already, 0 refused.', '2 unique values claimed.'],
    });
    const own = table.store.stored().filter(({ stream }) => stream === 'member-1') as readonly Commit[];
    expect(own).toMatchObject([
      { commit: 1, version: 1, command: 'import/member-1/1', at: '2020-02-01T09:00:00.000Z', meta: { actor: 'import' } },
      { commit: 2, version: 3, command: 'import/member-1/2', at: '2020-02-01T09:00:00.000Z', prev: expect.any(String) },
    ]);
    await verified(table);
    expect((await importing(table, path)).said).toEqual(['0 commits written, 3 there already, 0 refused.']);
    expect(await changing(table, '3', 'ada@example.net')).toMatchObject({ outcome: 'refused' });
    // A command goes on from it, and it can still be imported again.
    expect(await changing(table, '1', 'ada@example.test')).toMatchObject({ outcome: 'committed' });
    expect(await importing(table, path)).toMatchObject({ ok: true });
    await verified(table);
  });

  it('is refused, with line numbers, before anything is written', async () => {
    const table = memoryTable();
    const path = file([lines[0], '{', { ...lines[1], stream: 'club-1' }, { ...lines[1], events: [changed(5)] }]);
    const { ok, said } = await importing(table, path);
    expect(ok).toBe(false);
    expect(said).toEqual([
      `${path}, line 2: it is not JSON.`,
      `${path}, line 3: the manifest has no category 'club'.`,
      expect.stringMatching(/line 4: MailChanged v1 does not fit its schema\..*expected string/),
      '3 lines cannot be imported. Nothing was written.',
    ]);
    expect(table.store.stored()).toEqual([]);
  });

  it('that has forked is refused from there on, and said', async () => {
    const table = memoryTable();
    await importing(table, file(lines));
    const path = file([lines[0], { ...lines[2], events: [changed('eve@example.test')] }, lines[1]]);
    expect(await importing(table, path)).toEqual({
      ok: false,
      said: [
        '0 commits written, 2 there already, 1 refused.',
        'member-1: commit 2 was refused: another commit is there: the histories have forked.',
      ],
    });
  });
});
