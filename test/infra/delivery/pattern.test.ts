import { Stack } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventBridge } from '../../../lib/engine/limits.ts';
import { patternsFor, rulesFor, type Wanted } from '../../../lib/infra/delivery/pattern.ts';

const source = ['foldstream.commits'];

type Matched = Readonly<{ detailType?: readonly string[]; detail?: Readonly<{ types?: readonly string[] }> }>;

/** True if a rule would match a commit of a category with an event of a type. */
const matches = (pattern: Matched, category: string, type: string): boolean =>
  (pattern.detailType ?? []).includes(`${category}.commit`) && (pattern.detail?.types ?? [type]).includes(type);

const names = (prefix: string, length: number) => Array.from({ length }, (_, i) => `${prefix}SomethingElseHappened${i}`);

describe('the event patterns of a consumer', () => {
  test('are as many as it takes for 200 event types in ten categories, each at most as long as AWS takes', () => {
    const wanted = Array.from({ length: 10 }, (_, i) => ({ category: `category${'abcdefghij'[i]}`, types: names(`A${i}`, 20) }));
    const patterns = patternsFor(wanted);
    expect(patterns.length).toBeGreaterThan(1);
    expect(patterns.length).toBeLessThan(5);
    for (const pattern of patterns) expect(JSON.stringify(pattern).length).toBeLessThanOrEqual(eventBridge.patternCharacters);
    // Nothing is left out, and nothing is delivered that is not wanted.
    for (const { category, types } of wanted) {
      for (const type of types) expect(patterns.filter((pattern) => matches(pattern, category, type))).toHaveLength(1);
      expect(patterns.some((pattern) => matches(pattern, category, 'OfNobody'))).toBe(false);
    }
  });

  test('name no types of a category that has too many of them for one pattern', () => {
    const patterns = patternsFor([
      { category: 'small', types: ['Happened'] },
      { category: 'large', types: names('L', 200) },
    ]);
    expect(patterns).toEqual([
      { source, detailType: ['small.commit'], detail: { types: ['Happened'] } },
      { source, detailType: ['large.commit'] },
    ]);
  });

  test('are counted as they are sent, up to the last character', () => {
    for (let length = 1_900; length <= 2_060; length++)
      for (const { detailType, ...rest } of patternsFor([{ category: 'a', types: ['x'.repeat(length)] }]))
        expect(JSON.stringify({ ...rest, 'detail-type': detailType }).length).toBeLessThanOrEqual(eventBridge.patternCharacters);
  });

  test('that cannot be split are refused at synthesis, with the reason', () => {
    const stack = new Stack();
    const bus = new EventBus(stack, 'Bus');
    const rules = (category: string) => () =>
      rulesFor(stack, category.slice(0, 3), { bus, description: '', wanted: [{ category, types: ['T'] }], targets: [] });
    expect(rules('a'.repeat(1_900))).not.toThrow();
    expect(rules('b'.repeat(2_000))).toThrow(
      /^An event pattern for b+\.commit has \d+ characters, and AWS allows 2048: shorten the names/,
    );
  });

  test('match each wanted commit once, and none of another category', () => {
    const some = fc.uniqueArray(fc.record({ category: fc.stringMatching(/^[a-z]{1,30}$/), types: fc.nat(90) }), {
      selector: ({ category }) => category,
      maxLength: 40,
    });
    fc.assert(
      fc.property(some, fc.boolean(), (drawn, imported) => {
        const wanted: Wanted[] = drawn.map(({ category, types }, i) => ({ category, types: names(`T${i}`, types) }));
        const patterns = patternsFor(wanted, { imported });
        for (const pattern of patterns) expect(JSON.stringify(pattern).length).toBeLessThanOrEqual(eventBridge.patternCharacters);
        for (const { category, types = [] } of wanted)
          for (const type of types) expect(patterns.filter((pattern) => matches(pattern, category, type)).length).toBe(1);
        expect(patterns.some((pattern) => matches(pattern, 'other-one', 'OfNobody'))).toBe(false);
        for (const pattern of patterns) expect(pattern.source).toEqual(source);
      }),
      { numRuns: 30 },
    );
  });
});
