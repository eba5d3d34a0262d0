import { describe, expect, it } from 'vitest';
import { product, sourcesOf } from './sources.ts';

/** The one file that sends a Query or a Scan. */
const paging = 'lib/aws/view/paging.ts';

/** The faults in how a file reads many items: DynamoDB ends a page at 1 MB, and only `last` tells that there is more. */
const faultsOf = (file: string, source: string): readonly string[] => {
  if (file === paging) return [];
  const sends = /\b(?:Query|Scan|ExecuteStatement|BatchExecuteStatement)Command\b|\bpaginate(?:Query|Scan)\b/.test(source);
  const ignores = /\breadPage\(/.test(source) && !/\blast\b/.test(source);
  return [
    ...(sends ? [`${file} sends a Query or a Scan itself: use readAll, readFirst or readPage of ${paging}`] : []),
    ...(ignores ? [`${file} ignores where a page ended: hand \`last\` on, or use readAll or readFirst of ${paging}`] : []),
  ];
};

const sources = sourcesOf(product);

describe('reads of many items', () => {
  it('all go through the one function that pages', () => {
    expect([...sources.keys()]).toContain(paging);
    expect([...sources].flatMap(([file, source]) => faultsOf(file, source))).toEqual([]);
  });

  it.each([
    ["import { QueryCommand } from '@aws-sdk/client-dynamodb';", 'sends'],
    ['client.send(new dynamodb.ScanCommand(input))', 'sends'],
    ['for await (const page of paginateQuery(config, input)) {}', 'sends'],
    ['const { items } = await readPage(client, { query });', 'ignores'],
  ])('that do not are found: %s', (source, fault) =>
    expect(faultsOf('lib/aws/a.ts', source)).toEqual([expect.stringContaining(fault)]),
  );

  it.each(['const { items, last } = await readPage(client, { query });', 'const items = await readAll(client, { scan });'])(
    'that do are not: %s',
    (source) => expect(faultsOf('lib/aws/a.ts', source)).toEqual([]),
  );
});
