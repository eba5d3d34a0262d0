import { describe, expect, it } from 'vitest';
import { product, sourcesOf } from './sources.ts';

/** The one file that interprets a failed condition and the reasons of a cancelled transaction. */
const condition = 'lib/aws/condition.ts';
const names = /ConditionalCheckFailed|TransactionCanceled|TransactionConflictException|CancellationReasons/;

const interprets = ([file, source]: readonly [string, string]): boolean => file !== condition && names.test(source);

describe('a failed condition', () => {
  const sources = sourcesOf(product);

  it('is interpreted by one file', () => {
    expect(sources.get(condition)).toMatch(names);
    expect([...sources].filter(interprets).map(([file]) => `${file}: use didHold, refusedBy or codesOf of ${condition}`)).toEqual(
      [],
    );
  });

  it.each([
    'if (error instanceof ConditionalCheckFailedException) return false;',
    "reasons.some(({ Code }) => Code === 'ConditionalCheckFailed')",
    "error.name === 'TransactionCanceledException'",
    'const { CancellationReasons = [] } = error;',
  ])('is found in another file: %s', (source) => expect(interprets(['lib/aws/a.ts', source])).toBe(true));
});
