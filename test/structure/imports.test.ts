import { describe, expect, it } from 'vitest';
import { house, importFaults, importsOf } from './import-rules.ts';
import { product, sourcesOf } from './sources.ts';

const sources = sourcesOf(product);
const faultsOf = (file: string, source: string) => importFaults(new Map([[file, source]]));
const only = (file: string, source: string) => {
  const faults = faultsOf(file, source);
  expect(faults).toHaveLength(1);
  return faults[0];
};

describe('the repository', () => {
  it('has no arrow but those of the design, and nothing impure in its pure rooms', () =>
    expect(importFaults(sources)).toEqual([]));

  it('is looked at as a whole: every room has files, and imports are found in nearly all of them', () => {
    const rooms = Object.keys(house).filter(
      (room) => room !== '#manifest' && ![...sources.keys()].some((file) => file.startsWith(room)),
    );
    expect(rooms).toEqual([]);
    const importing = [...sources.values()].filter((source) => importsOf(source).length > 0);
    expect(importing.length).toBeGreaterThan(sources.size * 0.7);
    // Every file that mentions another file of this repository in quotes was recognized as importing it.
    const unseen = [...sources].flatMap(([file, source]) =>
      [...source.matchAll(/from '(\.{1,2}\/[^']+\.ts)'/g)]
        .filter(([, path]) => !importsOf(source).includes(path!))
        .map(([text]) => `${file}: ${text}`),
    );
    expect(unseen).toEqual([]);
  });
});

describe('imports', () => {
  it('are found however they are written', () => {
    const source = [
      "import a from 'a';",
      "import type { B } from 'b';",
      "import {\n  c,\n  type C,\n} from 'c';",
      "import * as d from 'd';",
      "import 'e';",
      "export { f } from 'f';",
      "export * from 'g';",
      "export type * from 'h';",
      "const i = await import('i');",
      "type J = import('j').J;",
      "const k = require('k');",
      "const l = import.meta.resolve('l');",
      'import m from "m";',
    ].join('\n');
    expect([...importsOf(source)].sort()).toEqual([...'abcdefghijklm']);
  });

  it('are not found in comments, nor in what only looks like one', () => {
    const source = [
      "// import a from 'a';",
      "/** import('b')\nimport b from 'b';\n */",
      "export const url = 'https://c';",
      "export const quoted = 'it // is'; // import('d')",
    ].join('\n');
    expect(importsOf(source)).toEqual([]);
  });
});

describe('a wrong arrow', () => {
  const planted: readonly (readonly [string, string, string])[] = [
    ['lib/core/version.ts', "import type { Store } from '../engine/ports.ts';", 'no arrow from lib/core to lib/engine'],
    ['lib/core/version.ts', "import { DynamoDBClient } from '@aws-sdk/client-dynamodb';", 'no package for lib/core'],
    ['lib/core/version.ts', "import canonicalize from 'canonicalize';", 'no package for lib/core'],
    ['events/account.ts', "import { account } from '../domains/account/decider.ts';", 'no arrow from events to domains'],
    ['events/account.ts', "import { v1 } from '../lib/index.ts';", 'events imports the package by its entries (foldstream, '],
    ['events/account.ts', "import { deciding } from 'foldstream/testing';", 'no arrow from events to lib/testing'],
    ['events/account.ts', "import { v1 } from 'foldstream/core/version';", 'no package for events'],
    [
      'domains/account/decider.ts',
      "import { storable } from '../../lib/engine/storable.ts';",
      'domains imports the package by its entries',
    ],
    ['domains/account/decider.ts', "import { handler } from 'foldstream/aws';", 'no arrow from domains to lib/aws/index.ts'],
    ['domains/account/decider.ts', "import { createHash } from 'node:crypto';", 'domains has no node modules'],
    ['lib/core/version.ts', "import { v1 } from 'foldstream';", 'no arrow from lib/core to lib/index.ts'],
    ['lib/engine/delivery/publish.ts', "import middy from '@middy/core';", 'no package for lib/engine'],
    ['lib/engine/delivery/publish.ts', "import { manifest } from '#manifest';", 'no arrow from lib/engine to #manifest'],
    [
      'lib/engine/delivery/publish.ts',
      "import { memoryStore } from '../../testing/memory/store.ts';",
      'no arrow from lib/engine to lib/testing',
    ],
    ['lib/engine/delivery/publish.ts', "import { setTimeout } from 'node:timers/promises';", 'lib/engine has no node modules'],
    ['lib/testing/deciding.ts', "import { expect } from 'vitest';", 'no package for lib/testing'],
    ['lib/testing/deciding.ts', "import { dynamo } from '../aws/client/dynamo.ts';", 'no arrow from lib/testing to lib/aws'],
    ['lib/aws/functions/http-function.ts', "import { Stack } from 'aws-cdk-lib';", 'no package for lib/aws'],
    [
      'lib/aws/functions/http-function.ts',
      "import { account } from '../../../domains/account/decider.ts';",
      'no arrow from lib/aws to domains',
    ],
    ['lib/infra/kit/api.ts', "import { S3Client } from '@aws-sdk/client-s3';", 'no package for lib/infra'],
    ['lib/infra/kit/api.ts', "import { dynamo } from '../../aws/client/dynamo.ts';", 'no arrow from lib/infra to lib/aws'],
    ['lib/cli/local/start.ts', "import { App } from 'aws-cdk-lib';", 'no package for lib/cli'],
    ['lib/cli/local/start.ts', "import { build } from 'esbuild';", 'no package for lib/cli'],
    ['lib/cli/local/start.ts', "import { manifest } from '#manifest';", 'no arrow from lib/cli to #manifest'],
    [
      'functions/command.ts',
      "import { handleCommand } from '../lib/engine/command/handle.ts';",
      'functions imports the package by its entries',
    ],
    ['functions/command.ts', "import { handler } from '../test/support/handler.ts';", 'no arrow from functions to there'],
    ['functions/command.ts', "import { manifest } from '../domains/index.ts';", 'no arrow from functions to domains'],
    ['bin/app.ts', "import { manifest } from '../domains/index.ts';", 'no arrow from bin to domains'],
    ['bin/app.ts', "import { dynamo } from '../lib/aws/client/dynamo.ts';", 'bin imports the package by its entries'],
    ['bin/app.ts', "import { commandHandler } from 'foldstream/aws';", 'no arrow from bin to lib/aws/index.ts'],
    ['lib/infra/code/bundle.ts', "import { Stack } from 'aws-cdk-lib';", 'no package for lib/infra/code'],
    ['lib/index.ts', "export { apply } from './engine/apply.ts';", 'no arrow from lib/index.ts to lib/engine'],
  ];
  it.each(planted)('%s: %s', (file, source, fault) => expect(only(file, source)).toContain(fault));

  it.each(['import(', 'export * from ', 'import type { A } from ', 'type A = import('])('also as %s', (written) => {
    const end = written.endsWith('(') ? ');' : ';';
    const begin = written === 'import(' ? 'await ' : '';
    expect(only('lib/core/version.ts', `${begin}${written}'../engine/apply.ts'${end}`)).toContain(
      'no arrow from lib/core to lib/engine',
    );
  });

  it('also from a file that is in no room', () => expect(only('lib/other/file.ts', '')).toContain('in no room'));
});

describe('the tests', () => {
  it("of the kernel know no manifest but those that they name: a team's own one turns none of them red", () => {
    const tests = [...sourcesOf('test/**/*.ts')];
    const whatever = tests.flatMap(([file, source]) => (importsOf(source).includes('#manifest') ? [file] : []));
    expect(whatever.filter((file) => !file.startsWith('test/manifest/'))).toEqual([]);
    expect(whatever.length).toBeGreaterThan(0);
  });
});

describe('a pure room', () => {
  const impure = {
    'Date.now': 'const now = Date.now();',
    'new Date()': 'const now = new Date();',
    'Date()': 'const now = Date();',
    performance: 'const now = performance.now();',
    'Math.random': 'const luck = Math.random();',
    crypto: 'const id = crypto.randomUUID();',
    process: 'const { table } = process.env;',
    'a timer': 'setTimeout(go, 5);',
    fetch: 'await fetch(url);',
    console: 'console.log(1);',
    globalThis: "globalThis['Date'];",
    'import.meta': 'const here = import.meta.dirname;',
  };
  const rooms = ['lib/core/a.ts', 'domains/a/b.ts', 'events/a.ts', 'lib/engine/a.ts'];
  it.each(Object.entries(impure))('has no %s', (name, source) => {
    for (const file of rooms) expect(only(file, source)).toContain(`${file} uses ${name}: `);
    for (const file of ['lib/aws/a.ts', 'lib/cli/a.ts', 'lib/testing/a.ts']) expect(faultsOf(file, source)).toEqual([]);
  });

  it('sees it inside of a template, and on several lines', () => {
    expect(only('lib/core/a.ts', ['const text = `at $', '{Date.now()}`;'].join(''))).toContain('Date.now');
    expect(only('lib/core/a.ts', 'const now = Date\n  .now();')).toContain('Date.now');
    expect(only('lib/core/a.ts', 'const now = new Date;')).toContain('new Date()');
  });

  it('may use what only looks like it', () => {
    const source = [
      'const at = new Date(commit.at).toISOString();',
      'const utc = new Date(Date.UTC(2026, 10, 21));',
      'const now = clock.now();',
      'const luck = keys.random();',
      "const text = 'Date.now(), process.env, Math.random()'; // console.log(Date.now())",
      'for (const process of manifest.processes) names.push(process.name);',
      '/** @example console.log(new Date()); */',
      'const updated = item.fetch(1) ?? my.crypto.subtle;',
    ].join('\n');
    expect(faultsOf('lib/core/a.ts', source)).toEqual([]);
  });
});
