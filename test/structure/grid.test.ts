import { describe, expect, it } from 'vitest';
import { cellOf, cells, circles, crowded, gridTable, stepFaults } from './grid.ts';

const files = (sources: Readonly<Record<string, string>>) => new Map(Object.entries(sources));

describe('circles of imports', () => {
  it('are found, types included, and each is named once with all of its files', () => {
    const found = circles(
      files({
        'lib/a.ts': "import { b } from './b.ts';",
        'lib/b.ts': "import type { C } from './c.ts';",
        'lib/c.ts': "export * from './a.ts';\nimport { d } from './d.ts';",
        'lib/d.ts': "import { readFile } from 'node:fs';",
        'lib/e.ts': "import { f } from './f.ts';",
        'lib/f.ts': "const e = await import('./e.ts');",
      }),
    );
    expect(found).toEqual([
      ['lib/a.ts', 'lib/b.ts', 'lib/c.ts'],
      ['lib/e.ts', 'lib/f.ts'],
    ]);
  });

  it('are none where files meet at one that they all import', () => {
    const meeting = { 'lib/a.ts': "import './b.ts';\nimport './c.ts';", 'lib/b.ts': "import './c.ts';", 'lib/c.ts': '' };
    expect(circles(files(meeting))).toEqual([]);
  });
});

describe('an arrow between steps', () => {
  it.each([
    ['lib/engine/store/load.ts', "import { decide } from '../command/decide.ts';", 'lib/engine/store to lib/engine/command'],
    ['lib/engine/instant.ts', "import { decide } from './command/decide.ts';", 'lib/engine/ to lib/engine/command'],
    ['lib/aws/view/table.ts', "import { sqs } from '../delivery/queue.ts';", 'lib/aws/view to lib/aws/delivery'],
    ['lib/infra/kit/step.ts', "import { View } from '../view/view.ts';", 'lib/infra/kit to lib/infra/view'],
    ['lib/cli/terminal/run.ts', "import { start } from '../local/start.ts';", 'lib/cli/terminal to lib/cli/local'],
  ])('that the grid does not have is a fault: %s: %s', (file, source, arrow) =>
    expect(stepFaults(files({ [file]: source }))).toEqual([expect.stringContaining(`no arrow from ${arrow}`)]),
  );

  it.each([
    ['lib/engine/command/handle.ts', "import { load } from '../store/load.ts';"],
    ['lib/engine/command/handle.ts', "import type { Store } from '../ports.ts';"],
    ['lib/engine/command/handle.ts', "import { fold } from '../../core/decider.ts';"],
  ])('that it has is none: %s: %s', (file, source) => expect(stepFaults(files({ [file]: source }))).toEqual([]));

  it('a folder that is no step is a fault', () =>
    expect(stepFaults(files({ 'lib/engine/helpers/text.ts': '' }))).toEqual([expect.stringContaining("'helpers' is no step")]));
});

it('a folder with more than twenty files is crowded; its own folders do not count', () => {
  const many = (folder: string, count: number) => Array.from({ length: count }, (_, n) => `${folder}/${n}.ts`);
  expect(crowded([...many('lib/a', 20), ...many('lib/a/b', 20)])).toEqual([]);
  expect(crowded(many('lib/a', 21))).toEqual([expect.stringContaining('lib/a has 21 files')]);
});

describe('the table', () => {
  const house = files({
    'lib/engine/ports.ts': 'a\nb\n',
    'lib/engine/store/load.ts': 'a\n',
    'lib/engine/store/deep/er.ts': 'a\nb\nc\n',
    'lib/infra/kit/step.ts': 'a\n',
    'bin/app.ts': 'a\n',
  });

  it('counts files and lines of each cell', () => {
    expect(cellOf('bin/app.ts')).toBeUndefined();
    expect(cells(house)).toEqual([
      { layer: 'lib/engine', step: '', files: 1, lines: 2 },
      { layer: 'lib/engine', step: 'store', files: 2, lines: 4 },
      { layer: 'lib/infra', step: 'kit', files: 1, lines: 1 },
    ]);
  });

  it('has a row for each layer', () => {
    const rows = gridTable(house).split('\n');
    expect(rows.find((row) => row.startsWith('lib/engine'))).toMatch(/^lib\/engine +1\/2 +2\/4 +-/);
    expect(rows.find((row) => row.startsWith('lib/infra'))).toMatch(/ 1\/1$/);
  });
});
