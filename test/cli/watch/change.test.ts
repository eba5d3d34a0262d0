import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changeBetween, type Deployed, type Description, reached } from '../../../lib/cli/watch/change.ts';

/**
 * A project of some files: `entry` imports the manifest, which imports the homes of its parts; those import shared files. A function's bytes change
 * whenever any file does, as those of a bundle with the whole manifest.
 */
const graph = new Map([
  ['entry', ['manifest', 'kernel']],
  ['manifest', ['account', 'transfer', 'balance', 'names']],
  ['account', ['events', 'kernel']],
  ['transfer', ['account', 'terms']],
  ['balance', ['events']],
  ['events', []],
  ['terms', []],
  ['names', []],
  ['kernel', []],
]);
const homes = new Map([
  ['decider account', 'account'],
  ['process transfer', 'transfer'],
  ['view balance.r1', 'balance'],
]);
const deployed: readonly Deployed[] = [
  { name: 'command-account', step: 'command', parts: ['decider account'] },
  { name: 'react-transfer', step: 'react', parts: ['process transfer'] },
  { name: 'project-balance', step: 'project', parts: ['view balance.r1'] },
  { name: 'query', step: 'query' },
  { name: 'publish', step: 'publish' },
];

const described = (contents: Readonly<Record<string, string>> = {}, more: Partial<Description> = {}): Description => {
  const sources = new Map([...graph.keys()].map((file) => [file, contents[file] ?? 'as it was']));
  const whole = JSON.stringify([...sources]);
  const steps = new Map([...['command', 'react', 'project', 'query'].map((step) => [step, whole] as const), ['publish', 'same']]);
  return { shape: 'one', steps, sources, graph, roots: ['entry'], homes, rows: { 'balance.r1': contents.events ?? '' }, ...more };
};

const replacedBy = (contents: Readonly<Record<string, string>>) => {
  const change = changeBetween(described(), described(contents), deployed);
  return change.kind === 'replace' ? change.functions : change.kind;
};

describe('what a change asks for', () => {
  test('the same code asks for nothing, whatever was saved', () => {
    expect(changeBetween(described(), described(), deployed)).toEqual({ kind: 'nothing' });
    const commented = described({ account: 'a comment' }, { steps: described().steps });
    expect(changeBetween(described(), commented, deployed)).toEqual({ kind: 'nothing' });
  });

  test('another shape is deployed, also when the code is the same', () => {
    expect(changeBetween(described(), described({}, { shape: 'two' }), deployed)).toEqual({ kind: 'deploy' });
  });

  test('a decider’s code is replaced in the functions that decide with it, and in those that are for the whole manifest', () => {
    expect(replacedBy({ account: 'new' })).toEqual(['command-account', 'react-transfer', 'query']);
    expect(replacedBy({ terms: 'new' })).toEqual(['react-transfer', 'query']);
    expect(replacedBy({ balance: 'new' })).toEqual(['project-balance', 'query']);
  });

  test('what anything else uses as well is replaced everywhere, where the bytes changed', () => {
    const all = ['command-account', 'react-transfer', 'project-balance', 'query'];
    for (const file of ['entry', 'manifest', 'names', 'kernel']) expect(replacedBy({ [file]: 'new' }), file).toEqual(all);
    expect(replacedBy({ events: 'new' })).toEqual(all);
  });

  test('a removed file belongs to the parts that it belonged to', () => {
    const without = new Map(
      [...graph].filter(([file]) => file !== 'terms').map(([file, to]) => [file, to.filter((each) => each !== 'terms')]),
    );
    const now = described({ transfer: 'without terms' });
    const sources = new Map([...now.sources].filter(([file]) => file !== 'terms'));
    const change = changeBetween(described(), { ...now, graph: without, sources }, deployed);
    expect(change).toMatchObject({ kind: 'replace', functions: ['react-transfer', 'query'], changed: ['terms', 'transfer'] });
  });

  test('changed code of a view’s rows is named', () => {
    expect(changeBetween(described(), described({ events: 'new' }), deployed)).toMatchObject({ rows: ['balance.r1'] });
    expect(changeBetween(described(), described({ account: 'new' }), deployed)).toMatchObject({ rows: [] });
  });
});

const file = fc.integer({ min: 0, max: 9 }).map((n) => `f${n}`);
const anyGraph = fc
  .array(fc.tuple(file, file), { maxLength: 25 })
  .map(
    (edges) =>
      new Map(Array.from({ length: 10 }, (_, n) => [`f${n}`, edges.filter(([from]) => from === `f${n}`).map(([, to]) => to)])),
  );

/** The sources that a function for some parts runs: everything from the roots on, but no other part's home. */
const runs = (by: Description, parts: readonly string[]): ReadonlySet<string> => {
  const others = [...by.homes].filter(([part]) => !parts.includes(part)).map(([, home]) => home);
  const own = [...by.homes].filter(([part]) => parts.includes(part)).map(([, home]) => home);
  return new Set([...reached(by.graph, by.roots, new Set(others)), ...reached(by.graph, own)]);
};

test('whatever the graph: a function that runs a changed file is replaced, and every function if there is no telling', () => {
  fc.assert(
    fc.property(
      anyGraph,
      file,
      file,
      fc.subarray(['f0', 'f1', 'f2', 'f3', 'f4', 'f5', 'f6', 'f7', 'f8', 'f9']),
      (graph, a, b, changed) => {
        const sources = new Map([...graph.keys()].map((each) => [each, 'before']));
        const before = {
          ...described(),
          graph,
          roots: ['f0'],
          homes: new Map([
            ['a', a],
            ['b', b],
          ]),
          sources,
          rows: {},
        };
        const after = {
          ...before,
          sources: new Map([...sources].map(([each, was]) => [each, changed.includes(each) ? 'after' : was])),
          steps: new Map([['s', 'new']]),
        };
        const functions = [['a'], ['b'], ['a', 'b']].map((parts) => ({ name: parts.join(), step: 's', parts }));
        const change = changeBetween({ ...before, steps: new Map([['s', 'old']]) }, after, functions);
        const replaced = change.kind === 'replace' ? change.functions : [];
        for (const { name, parts } of functions)
          if (changed.some((each) => runs(before, parts).has(each))) expect(replaced).toContain(name);
      },
    ),
  );
});
