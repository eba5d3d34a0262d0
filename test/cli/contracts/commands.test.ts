import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { checkCommands, presentCommands, type ReleasedCommands, releaseCommands } from '../../../lib/cli/contracts/commands.ts';
import { contractsVerb } from '../../../lib/cli/contracts/contracts.ts';
import type { Storing } from '../../../lib/cli/contracts/present.ts';
import { command } from '../../../lib/core/decider.ts';
import { v1 } from '../../../lib/core/version.ts';

const repository = join(import.meta.dirname, '../../..');

describe('the commands that a process may send', () => {
  const pay = z.strictObject({ amount: z.int(), note: z.string().optional() });
  const payIn = pay.extend({ currency: z.string() });
  const inEuro = (old: z.infer<typeof pay>) => ({ ...old, currency: 'EUR' });
  const asCents = ({ currency: _, ...old }: z.infer<typeof payIn>) => old;
  const pays = (Pay: object, over: object = {}) => {
    const commands = { Pay, Peek: command(['owner'], pay) };
    const till = { category: 'till', events: {}, commands, initial: {}, decide: {}, evolve: {} };
    const flow = { category: 'flow', from: [], since: '', memory: v1(pay), initial: {}, instance: () => 'one', on: {} };
    const sends = [till];
    return {
      aggregates: [till],
      processes: [
        { ...flow, sends },
        { ...flow, category: 'other', sends },
      ],
      ...over,
    } as Storing;
  };
  const byProcesses = (format: z.ZodType | ReturnType<typeof v1>) => command(['owner', 'process'], format as z.ZodType);
  const released = (Pay: object) => releaseCommands(presentCommands(pays(Pay)));
  const check = (Pay: object, before: ReleasedCommands) => checkCommands(presentCommands(pays(Pay)), before);
  const plain = released(byProcesses(pay));
  const prepared = released(byProcesses(v1(pay).soon(payIn, asCents) as never));
  const written = released(byProcesses(v1(pay).next(payIn, inEuro) as never));
  const name = 'The command till.Pay';

  it('are recorded once, and those that no process may send are not', () => {
    expect(plain).toEqual({ till: { Pay: { written: 1, versions: { 1: expect.objectContaining({ type: 'object' }) } } } });
    expect(check(byProcesses(pay), plain)).toEqual({ faults: [], notes: [] });
    // A plain schema is the first version of one.
    expect(check(byProcesses(v1(pay) as never), plain)).toEqual({ faults: [], notes: [] });
    expect(check(byProcesses(pay), {})).toEqual({ faults: [], notes: [`${name} is new, and not released yet.`] });
  });

  it.each([
    ['takes less', pay.required(), 'note was made required'],
    ['takes more, which the release before does not take', payIn.partial({ currency: true }), 'currency was added'],
    ['takes something else', pay.extend({ note: z.boolean().optional() }), 'the type of note changed from string to boolean'],
  ])('are not edited in place: one that %s', (_, schema, says) =>
    expect(check(byProcesses(schema), plain).faults).toEqual([
      {
        event: name,
        fault: `v1 has shipped, and was edited in place: ${says}.`,
        fix: 'Put the released shape back, and give the new one to v2: `command(may, v1(...).soon(schema, downcast))` now, `command(may, v1(...).next(schema, upcast))` a release later.',
      },
    ]),
  );

  it('get a new version, which is readable a release before it is decided', () => {
    expect(check(byProcesses(v1(pay).next(payIn, inEuro) as never), plain).faults).toMatchObject([
      { event: name, fault: expect.stringContaining('the last release reads up to v1') },
    ]);
    expect(check(byProcesses(v1(pay).soon(payIn, asCents) as never), plain)).toEqual({
      faults: [],
      notes: [`${name} v2 is new, and not released yet.`],
    });
    expect(check(byProcesses(v1(pay).next(payIn, inEuro) as never), prepared)).toEqual({ faults: [], notes: [] });
  });

  it('keep the versions that have shipped, since an instance may have decided one', () => {
    expect(check(byProcesses(payIn), written).faults).toMatchObject([
      { event: name, fault: expect.stringContaining('edited in place') },
      {
        event: name,
        fault: 'v2 has shipped, and is gone.',
        fix: expect.stringContaining('Put v2 back: an instance'),
      },
    ]);
  });

  it('stay while an instance may have them open', () => {
    const gone = { event: name, fault: 'It has shipped, and no process may send it any more.', fix: expect.any(String) };
    expect(check(command(['owner'], pay), plain).faults).toEqual([gone]);
    for (const over of [{ processes: [] }, { aggregates: [], processes: undefined }])
      expect(checkCommands(presentCommands(pays(byProcesses(pay), over)), plain).faults).toEqual([gone]);
  });

  it('are what JSON has', () =>
    expect(check(byProcesses(z.strictObject({ at: z.date() })), {}).faults).toMatchObject([
      { event: name, fault: expect.stringContaining('v1 is not plain JSON') },
    ]));

  it('are recorded with a release, and checked against it', () => {
    const root = mkdtempSync(join(tmpdir(), 'contracts-'));
    try {
      const [file, manifest] = [join(root, 'events', 'released-commands.json'), pays(byProcesses(pay), { aggregates: [] })];
      cpSync(join(repository, 'events', 'samples', 'process'), join(root, 'events', 'samples', 'process'), { recursive: true });
      for (const category of ['flow', 'other']) {
        mkdirSync(join(root, 'events', 'samples', category));
        const sample = { type: 'Remembered', v: 1, data: { amount: 5, note: 'x' } };
        writeFileSync(join(root, 'events', 'samples', category, 'Remembered.v1.json'), JSON.stringify(sample));
      }
      const { lines } = contractsVerb({ manifest, root, release: true });
      expect(lines.at(-1)).toMatch(/released: commit events\/released\.json and events\/released-commands\.json\.$/);
      expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(plain);
      expect(contractsVerb({ manifest, root })).toMatchObject({ ok: true });
      const edited = pays(byProcesses(pay.required()), { aggregates: [] });
      const again = contractsVerb({ manifest: edited, root, release: true });
      expect(again.ok).toBe(false);
      expect(again.lines.slice(0, 1)).toEqual([`${name}: v1 has shipped, and was edited in place: note was made required.`]);
      expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(plain);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
