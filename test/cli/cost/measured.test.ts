import { expect, it } from 'vitest';
import { manifest } from '../../../domains/index.ts';
import { measuredTables, measuredWords } from '../../../lib/cli/cost/measured.ts';
import { measuredCost } from '../../../lib/engine/cost/measured.ts';
import { partOf } from '../../../lib/engine/cost/parts.ts';

it.each([
  [
    { of: 'Rows2606D84C', within: 'AccountStatementR1NestedStackAccountStatementR1NestedStackResource2C0353EE' },
    'view account-statement',
  ],
  [{ of: 'AccountBalanceR12Project9A' }, 'view account-balance'],
  [{ of: 'Queue4A7E3555', within: 'ProcessesFraudWatchNestedStackFraudWatchNestedStackResource00BC' }, 'process fraudWatch'],
  [{ of: 'Queue4A7E3555', within: 'DeskGroupNestedStackDeskGroupNestedStackResource00BC' }, 'group desk'],
  [{ of: 'AccountCommandsCommandA2BB9347' }, 'commands'],
  [{ of: 'EventsCommits329631D5' }, 'commands'],
  [{ of: 'PublisherPublish9865D4E7' }, 'publisher'],
  [{ of: 'ApiHttp17514DA7' }, 'API'],
  [{ of: 'Guard86DCED9D' }, 'operations'],
  // A view that the manifest has no longer, beside catalogue.
  [{ of: 'CatalogueRatingsR1Rows2606D84C' }, 'operations'],
])('the part of %j is %s', (resource, part) => {
  expect(partOf(manifest)(resource)).toBe(part);
});

it('a part is that of the longest name that fits, in whatever order they are declared', () => {
  const watch = manifest.processes!.find(({ category }) => category === 'fraudWatch')!;
  const both = [watch, { ...watch, category: 'fraud' }];
  for (const processes of [both, both.toReversed()])
    expect(partOf({ ...manifest, processes })({ of: 'ProcessesFraudWatchQueue4A7E3555' })).toBe('process fraudWatch');
});

it('says what the hour has cost, what a month will, and what nobody has measured', () => {
  const resources = [{ part: 'commands', resource: 'commits', writeUnits: 2_000_000 }];
  const cost = measuredCost({ hours: 1, resources, missing: ['AWS/Lambda Duration'] }, 'us-east-1');
  const words = measuredWords(cost).join('\n');
  expect(words).toContain('1.250000 USD; a month of such hours comes to 912.5 USD');
  expect(words).toContain('AWS/Lambda Duration');
  expect(measuredTables(cost)[0]?.rows).toEqual([['commands', '2,000,000', '0', '0', '0', '1.250000', '912.5']]);
});
