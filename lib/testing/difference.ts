import { AssertionError } from 'node:assert';
import { inspect, isDeepStrictEqual } from 'node:util';
import { difference } from '../core/difference.ts';
import { openedForTest } from './sealed.ts';

/** A value on as few lines as a person reads well. */
export const show = (value: unknown): string =>
  inspect(openedForTest(value), { depth: 12, breakLength: 100, maxStringLength: 400 });

const indented = (text: string) => text.replaceAll('\n', '\n             ');

/** The message of a failed expectation: a title, then named facts below each other. */
const report = (title: string, facts: Readonly<Record<string, string>>) =>
  [title, ...Object.entries(facts).map(([name, fact]) => `  ${name.padEnd(9)}  ${indented(fact)}`)].join('\n');

const changes = (came: unknown, expected: unknown): string =>
  difference(expected, came)
    .map((change) => {
      const side = (name: 'from' | 'to') => (name in change ? show(change[name]) : 'nothing');
      return `${change.path || 'all of it'}: ${side('from')} was expected, ${side('to')} came`;
    })
    .join('\n');

export type Expectation = Readonly<{
  title: string;
  came: unknown;
  expected: unknown;
  /** More facts that help a person to see the cause. */
  facts?: Readonly<Record<string, string>>;
  /** The function that the stack trace begins above, so that a test runner points at the expectation. */
  at?: (...args: never[]) => unknown;
}>;

/** Fails with a readable difference. It is node's own AssertionError, so that any test runner shows it as a failed expectation. */
export const fail = ({ title, came, expected, facts, at }: Expectation): never => {
  throw new AssertionError({
    message: report(title, { expected: show(expected), came: show(came), differs: changes(came, expected), ...facts }),
    actual: came,
    expected,
    operator: 'foldstream',
    ...(at && { stackStartFn: at }),
  });
};

/** Fails unless what came is what was expected, to the last field. Personal values are compared, and shown, as the plain values that a test gave. */
export const expectSame = (expectation: Expectation): void => {
  const [came, expected] = [openedForTest(expectation.came), openedForTest(expectation.expected)];
  if (!isDeepStrictEqual(came, expected)) fail({ ...expectation, came, expected });
};
