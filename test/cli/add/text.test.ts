import { stripTypeScriptTypes } from 'node:module';
import { Script } from 'node:vm';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Entry } from '../../../lib/cli/add/aggregate.ts';
import { withEntry } from '../../../lib/cli/add/manifest-text.ts';
import { kinds, nameOf } from '../../../lib/cli/add/names.ts';
import { literal } from '../../../lib/cli/add/text.ts';
import { kebab } from '../../../lib/core/stream.ts';

const lists = ['aggregates', 'projections', 'processes'] as const;
const names = fc
  .stringMatching(/^[a-z][a-zA-Z]{0,20}$/)
  .filter((text) => text !== 'y' && !('fault' in nameOf(text, 'aggregate')));
const entries = fc
  .uniqueArray(fc.record({ list: fc.constantFrom(...lists), name: names }), { selector: ({ name }) => kebab(name), maxLength: 6 })
  .map((all) => all.map(({ list, name }): Entry => ({ list, name, file: `./${kebab(name)}/file.ts` })));

const log = 'eventLog([...aggregates], { may: [] })';
const manifests = [
  "import { defineManifest } from 'foldstream';\n\nexport const manifest = defineManifest({ aggregates: [], projections: [] });\n",
  `import { defineManifest, eventLog } from 'foldstream';\n\nconst aggregates = [];\n// aggregates: [none]\nexport const manifest = defineManifest({\n  aggregates,\n  projections: [\n    /** all: [ */\n    ${log},\n  ],\n});\n`,
  "import { defineManifest } from 'foldstream';\nimport type { X } from './a/x.ts';\nimport {\n  y,\n} from './b/y.ts';\n\nexport const manifest = defineManifest({\n  aggregates: [y],\n  projections: [],\n  processes: [], // \"none\"\n});\n",
];

/** What a manifest's code declares, with its imports made texts of their names. */
const evaluated = (text: string): Readonly<Record<string, readonly unknown[]>> => {
  const imported = [...text.matchAll(/import { (\w+) } from '\.\//g)].map(([, name]) => `const ${name} = '${name}';`).join('\n');
  const code = stripTypeScriptTypes(text)
    .replace(/^import [\s\S]*?;$/gm, '')
    .replace('export const manifest', 'var manifest');
  const known = "const defineManifest = (m) => m, eventLog = () => 'log', y = 'y';";
  // In a block, so that a name that hides one of the global object's is allowed.
  return new Script(
    `{ ${known}\n${imported.replace("const defineManifest = 'defineManifest';", '')}\n${code}\n} manifest`,
  ).runInNewContext();
};

it('entries are added to a manifest, each in its list and in their order, and every line that was there stays', () => {
  fc.assert(
    fc.property(fc.constantFrom(...manifests), entries, (before, added) => {
      const after = added.reduce<string>((text, entry) => withEntry(text, entry)!, before);
      const was = evaluated(before);
      const is = evaluated(after);
      for (const list of lists)
        expect(new Set(is[list] ?? [])).toEqual(
          new Set([...(was[list] ?? []), ...added.filter((entry) => entry.list === list).map(({ name }) => name)]),
        );
      for (const { name, file } of added) expect(after.split('\n')).toContain(`import { ${name} } from '${file}';`);
      const kept = before.split('\n').filter((line) => !/\[/.test(line));
      expect(after.split('\n')).toEqual(expect.arrayContaining(kept));
    }),
  );
});

it('a manifest that does not look as expected is left alone', () => {
  const entry: Entry = { list: 'aggregates', name: 'ticket', file: './ticket/decider.ts' };
  const odd = [
    '',
    'export const manifest = {};',
    "import { a } from './a.ts';\nexport const manifest = make(a);",
    'defineManifest({ aggregates: [] })',
  ];
  for (const text of odd) expect(withEntry(text, entry)).toBeUndefined();
});

it('a name is refused, or the same however it is written, and fits into code', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.stringMatching(/^[a-z]+(-?[A-Z]?[a-z0-9]+){0,3}$/)),
      fc.constantFrom(...kinds),
      (text, kind) => {
        const name = nameOf(text, kind);
        if ('fault' in name) return void expect(name.fault).not.toBe('');
        expect(nameOf(name.kebab, kind)).toEqual(name);
        expect(nameOf(name.camel, kind)).toEqual(name);
        expect(() => new Script(`"use strict"; { const ${name.camel} = 1; class ${name.pascal} {} }`)).not.toThrow();
      },
    ),
  );
});

it('a JSON value as code is that value again', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
      expect(JSON.stringify(new Script(`(${literal(value)})`).runInNewContext())).toBe(JSON.stringify(value));
    }),
  );
});
