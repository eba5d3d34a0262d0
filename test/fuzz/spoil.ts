import type { Dice } from '../../lib/testing/simulation/dice.ts';
import type { Ask } from './ask.ts';

const long = 'x'.repeat(3_000);

/** Texts that some part of the way may take for something else, or that a table does not take. */
const strange = [
  ...[
    '',
    ' ',
    '\ud800',
    'a\udc00b',
    '\u0000',
    '\u0001',
    'é'.repeat(600),
    long,
    '\ufffe',
    '\u202e',
    '🂡',
    '%',
    '%ED%A0%80',
    '+',
    '*',
  ],
  ...['__proto__', 'constructor', 'toString', '..', '../..', '.', '-', '~', '[]', '{}', '{"a":1}', 'null', 'true', 'undefined'],
  ...[
    '-1',
    '0',
    '1',
    '1.5',
    '1e300',
    '1e+300',
    '5e-324',
    'NaN',
    'Infinity',
    '9007199254740993',
    '999999999999999',
    '9'.repeat(40),
  ],
  ...['9999-12-31T23:59:59-23:59', '0000-01-01T00:00:00+23:59', '2026-02-30T00:00:00Z', '2026-11-21T12:00:00Z', '2026-11-21'],
  ...['head', 'row#1', 'part#0', 'total#a', 'process', 'operator', 'anyone', 'ada', 'bob', 'a,b,,', "' OR 1=1 --", '<script>'],
] as const;

export const strangeText = (dice: Dice): string => dice.pick(strange);

const traceparents = [
  '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  '00-00000000000000000000000000000000-0000000000000000-00',
  'ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
] as const;

/** Headers that are looked at, and one that is not. */
const headers = ['traceparent', 'x-correlation-id', 'idempotency-key', 'if-match', 'if-none-match', 'consistent-with', 'x-other'];

const withStrange = (record: Readonly<Record<string, string>>, dice: Dice): Readonly<Record<string, string>> => {
  const names = Object.keys(record);
  return names.length === 0 ? record : { ...record, [dice.pick(names)]: strangeText(dice) };
};

/** Some value within a body, or a name in it, as something else. */
const spoiled = (value: unknown, dice: Dice): unknown => {
  const isInner = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  if (isInner && dice.chance(0.75)) {
    const name = dice.pick(Object.keys(value));
    const inner = (value as Record<string, unknown>)[name];
    if (Array.isArray(value)) return value.map((each, i) => (String(i) === name ? spoiled(each, dice) : each));
    if (dice.chance(0.2)) return { ...value, [strangeText(dice)]: inner };
    return { ...value, [name]: spoiled(inner, dice) };
  }
  const deep = Array.from({ length: 40 }).reduce<unknown>((inner) => ({ a: inner }), 1);
  return dice.pick<unknown>([
    strangeText(dice),
    strangeText(dice),
    strangeText(dice),
    null,
    -1,
    1.5,
    2 ** 53,
    1e300,
    5e-324,
    [],
    {},
    deep,
  ]);
};

const spoiledBody = (body: string, dice: Dice): string => {
  const notJson = [
    '',
    '{',
    '[1,',
    '"\\ud800"',
    'null',
    '42',
    '[]',
    `{"a":${'['.repeat(2_000)}${']'.repeat(2_000)}}`,
    '{"__proto__":{"a":1}}',
    '{"":1}',
  ];
  if (dice.chance(0.15)) return dice.pick(notJson);
  return JSON.stringify(spoiled(JSON.parse(body), dice));
};

/** A request with one thing in it that nobody sends who means well. */
export const spoil = (ask: Ask, dice: Dice): Ask => {
  switch (dice.below(6)) {
    case 0:
      return { ...ask, path: withStrange(ask.path, dice) };
    case 1:
      return { ...ask, query: withStrange(ask.query, dice) };
    case 2:
      return { ...ask, query: { ...ask.query, [strangeText(dice)]: strangeText(dice) } };
    case 3:
      return { ...ask, headers: { ...ask.headers, traceparent: dice.pick([...traceparents, strangeText(dice)]) } };
    case 4:
      return { ...ask, headers: { ...ask.headers, [dice.pick(headers)]: strangeText(dice) } };
    default:
      return ask.body === undefined
        ? { ...ask, path: withStrange(ask.path, dice) }
        : { ...ask, body: spoiledBody(ask.body, dice) };
  }
};

const decoded = (cursor: string): unknown => {
  try {
    return JSON.parse(Buffer.from(cursor.split('.')[0]!, 'base64url').toString());
  } catch {
    return undefined;
  }
};

/** A cursor or a token with another place in it: what its maker would have to seal. */
export const forged = (sealed: string, dice: Dice): string => {
  const content = decoded(sealed);
  const [, seal] = sealed.split('.');
  const end = dice.pick(['', seal === undefined ? '' : `.${seal}`, '.', `.${'0'.repeat(32)}`]);
  if (!Array.isArray(content) || dice.chance(0.1)) return `${strangeText(dice)}${end}`;
  return `${Buffer.from(JSON.stringify(spoiled(content, dice))).toString('base64url')}${end}`;
};
