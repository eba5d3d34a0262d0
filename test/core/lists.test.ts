import { expect, it } from 'vitest';
import * as z from 'zod';
import { defineManifest } from '../../lib/core/manifest.ts';
import { personal } from '../../lib/core/personal/personal.ts';
import type { AnyProjection } from '../../lib/core/projection.ts';
import { cards } from '../support/examples/cards.ts';

const faults = (over: object): string => {
  try {
    defineManifest({ aggregates: [], projections: [{ ...cards, ...over } as unknown as AnyProjection] });
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};
const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`l${i}`, {}]));

it.each<[string, object, string]>([
  ['a list whose name no index takes', { lists: { 'By Status': {} } }, "the list 'By Status' must be 1 to 40"],
  ['more lists than a table has room for', { lists: many(19) }, 'cards has 19 lists; a table takes 18'],
  [
    'a list within nobody',
    { owner: undefined, may: ['operator'] },
    'the list by-status is within an owner, but cards does not say',
  ],
  [
    'runs of commits in a view without a row for each',
    { lists: { ranked: { runs: true } } },
    'cards: only a view with one row for',
  ],
  ['a list in no shards', { lists: { ranked: { shards: 0 } } }, 'cards: the shards of the list ranked must be 1 to 100.'],
  [
    'a list by owner of whom there is none',
    { owner: undefined, may: ['operator'], lists: {}, byOwner: { keysOnly: true } },
    'cards has no list by owner, of which `byOwner`',
  ],
  [
    'a list by owner of rows beside the heads',
    { kind: 'rows-per-stream', byOwner: { keysOnly: true } },
    'cards has no list by owner',
  ],
  ['a freshness that is none', { freshSeconds: -1 }, 'freshSeconds must be 0, 1, 2'],
  [
    'a filter by what is personal',
    { filters: ['mail'], row: z.object({ mail: personal(z.email()).optional() }) },
    'filtered by mail, which is personal and stored sealed: declare a list by it, with `find: true`',
  ],
  ['lists of rows that are added', { kind: 'rows-per-commit' }, 'takes neither lists, filters nor `expires`'],
  ['lists of shared rows', { kind: 'shared-rows' }, 'take neither lists, filters nor `expires`'],
])('a manifest is refused for %s', (_, over, fault) => expect(faults(over)).toContain(fault));

it('takes what is right', () => {
  expect(faults({})).toBe('');
  expect(faults({ lists: many(18), freshSeconds: 60 })).toBe('');
});
