import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import type { Manifest } from '../../../lib/core/manifest.ts';
import { projectionCode } from '../../../lib/infra/code/projection-code.ts';

const home = resolve(import.meta.dirname, '../../..');
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'foldstream-rows-')));
symlinkSync(join(home, 'node_modules'), join(scratch, 'node_modules'));
afterAll(() => rmSync(scratch, { recursive: true }));

const core = join(home, 'lib', 'core');
const view = (name: string, handler: string) =>
  `kind: 'row-per-stream', name: '${name}', revision: 1, from: counterSource, may: ['operator'], on: { Counted: ${handler} }`;
const sources: Readonly<Record<string, string>> = {
  'events.ts': `import * as z from 'zod';
    import { v1 } from '${core}/version.ts';
    const words = z.string().regex(/^[^"'{]{1,9}$/);
    const reason = z.object({ why: words, by: z.enum(['him', 'her']) });
    export const events = {
      // Handled types stand between types that are not handled.
      Reset: v1(reason).next(reason.extend({ at: z.string() }), (old) => ({ ...old, at: 'never' })),
      Counted: v1(z.object({ by: z.int() })).next(z.object({ by: z.int(), at: z.string() }), (old) => ({ ...old, at: 'then' })),
      Lost: v1(z.object({ 'so, many': z.int().max(5) })),
    };
    export const counterSource = { category: 'counter', events };`,
  'counter.ts': `import * as z from 'zod';
    import { command } from '${core}/decider.ts';
    import { counterSource } from './events.ts';
    export const rounded = (n) => Math.round(n);
    export const counter = { ...counterSource, initial: 0,
      commands: { Count: command(['operator'], z.object({ by: z.int() })) },
      decide: { Count: (n, { by }) => by > 99 ? [] : [{ type: 'Counted', data: { by, at: 'now' } }] },
      evolve: { Counted: (n, { by }) => n + by, Reset: () => 0, Lost: (n) => n } };`,
  'format.ts': `export const shown = (n) => n + ' times'; export const unused = 1;`,
  'last.ts': `import { counterSource } from './events.ts'; import { shown } from './format.ts';
    export const last = { ${view('last', '(row, { data }) => ({ text: shown(data.by) })')} };`,
  'sum.ts': `import { counterSource } from './events.ts'; import { rounded } from './counter.ts';
    export const sum = { ${view('sum', '(row, { data }) => ({ n: rounded((row?.n ?? 0) + data.by) })')} };`,
  'state.ts': `import { counterSource } from './events.ts'; import { counter } from './counter.ts';
    export const state = { ${view('state', '(row, { data }) => ({ n: counter.evolve.Counted(row?.n ?? counter.initial, data) })')} };`,
  'known.ts': `import { counterSource } from './events.ts';
    export const known = { ${view('known', '() => ({ types: Object.keys(counterSource.events) })')} };`,
  'log.ts': `import { counterSource } from './events.ts'; import { eventLog } from '${core}/event-log.ts';
    export const log = eventLog([counterSource], { may: ['operator'] });
    export const full = eventLog([counterSource], { may: ['operator'], name: 'full', data: true });`,
  'index.ts': `import { counter } from './counter.ts'; import { last } from './last.ts'; import { sum } from './sum.ts'; import { state } from './state.ts'; import { known } from './known.ts'; import { full, log } from './log.ts';
    export const manifest = { aggregates: [counter], projections: [last, sum, state, known, log, full, { ...last, name: 'hidden' }] };`,
};

let made = 0;
const coded = async (changed: Readonly<Record<string, (text: string) => string>> = {}, folder = `variant-${made++}`) => {
  for (const [file, text] of Object.entries(sources)) {
    const at = join(scratch, folder, file);
    mkdirSync(dirname(at), { recursive: true });
    const changedText = changed[file]?.(text) ?? text;
    if (changed[file] && changedText === text) throw new Error(`${file}: the change changes nothing.`);
    writeFileSync(at, changedText);
  }
  const index = join(scratch, folder, 'index.ts');
  const { manifest } = (await import(/* @vite-ignore */ pathToFileURL(index).href)) as { manifest: Manifest };
  return projectionCode(manifest, index);
};

describe("the hash of the code that makes a view's rows", async () => {
  const before = await coded();
  const names = Object.keys(before);
  const changedBy = async (changed: Parameters<typeof coded>[0]) => {
    const after = await coded(changed);
    return names.filter((name) => after[name] !== before[name]);
  };

  test('is of each revision, and the same for the same code in another folder', async () => {
    expect(names).toEqual(['last.r1', 'sum.r1', 'state.r1', 'known.r1', 'event-log.r3', 'full.r3', 'hidden.r1']);
    expect(new Set(Object.values(before)).size).toBe(7);
    expect(await coded({}, 'deep/in/another')).toEqual(before);
  });

  test.each<[string, string, (text: string) => string, readonly string[]]>([
    ['a handler', 'sum.ts', (text) => text.replace('?? 0', '?? 1'), ['sum.r1', 'hidden.r1']],
    ['what a handler imports', 'format.ts', (text) => text.replace('times', 'x'), ['last.r1', 'hidden.r1']],
    [
      'what it takes from the module of a decider',
      'counter.ts',
      (text) => text.replace('Math.round', 'Math.floor'),
      ['sum.r1', 'hidden.r1'],
    ],
    ['an upcaster', 'events.ts', (text) => text.replace("'then'", "'long ago'"), names.filter((name) => name !== 'event-log.r3')],
    [
      'how the state evolves, where a view uses that',
      'counter.ts',
      (text) => text.replace('n + by', 'n - by'),
      ['sum.r1', 'state.r1', 'hidden.r1'],
    ],
    [
      'a format that it does not handle only where it uses the decider, its module, or all formats',
      'events.ts',
      (text) => text.replace('max(5)', 'max(6)'),
      ['sum.r1', 'state.r1', 'known.r1', 'full.r3', 'hidden.r1'],
    ],
    [
      'what such a format alone uses',
      'events.ts',
      (text) => text.replace('{1,9}', '{1,8}'),
      ['sum.r1', 'state.r1', 'known.r1', 'full.r3', 'hidden.r1'],
    ],
    [
      'the upcaster of such a format',
      'events.ts',
      (text) => text.replace("'never'", "'long ago'"),
      ['sum.r1', 'state.r1', 'known.r1', 'full.r3', 'hidden.r1'],
    ],
    [
      'the name of such an event',
      'events.ts',
      (text) => text.replace('Lost: v1', 'Gone: v1'),
      ['sum.r1', 'state.r1', 'known.r1', 'full.r3', 'hidden.r1'],
    ],
  ])('changes with %s', async (_, file, change, expected) => {
    expect(await changedBy({ [file]: change })).toEqual(expected.filter((name) => names.includes(name)));
  });

  test.each<[string, string, (text: string) => string]>([
    ['a comment', 'sum.ts', (text) => `// for the reader\n${text}`],
    ['a local name', 'sum.ts', (text) => text.replaceAll(/\brow\b(?!-)/g, 'line')],
    ['what it does not import', 'format.ts', (text) => text.replace('unused = 1', 'unused = 2')],
  ])('does not change with %s', async (_, file, change) => {
    expect(await changedBy({ [file]: change })).toEqual([]);
  });

  test('leaves formats out that are written on one line, or with a template that looks like formats', async () => {
    const written = (most: number) => (text: string) =>
      text
        .replace(/\/\/.*/, '')
        .replaceAll('\n', ' ')
        .replace('max(5)', `max(${most}).describe(\`\n  Counted: \${words},\n};\n\`)`);
    const [five, six] = [await coded({ 'events.ts': written(5) }), await coded({ 'events.ts': written(6) })];
    const expected = ['sum.r1', 'state.r1', 'known.r1', 'full.r3', 'hidden.r1'];
    expect(names.filter((name) => five[name] !== six[name])).toEqual(expected);
  });

  test('changes with a decision only where the decider, or something else of its module, is used', async () => {
    const changed = await changedBy({ 'counter.ts': (text) => text.replace('by > 99', 'by > 100') });
    expect(changed).toEqual(['sum.r1', 'state.r1', 'hidden.r1']);
  });
});
