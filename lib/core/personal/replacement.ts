import { type Chooser, fittingValue, type Schema } from '../made-up.ts';
import type { PersonalPlace } from './personal.ts';
import type { SealedParts } from './sealed.ts';

/** Hexadecimal digits that follow from a text, and from a secret that nobody keeps. */
export type Mac = (text: string) => string;

const letters = 'abcdefghijklmnopqrstuvwxyz';

/** Draws that follow from a seed: each is made of its own number. */
const drawsOf = (mac: Mac, seed: string) => {
  let drawn = 0;
  const next = () => Number.parseInt(mac(`${seed} ${drawn++}`).slice(0, 13), 16);
  const below = (limit: number) => next() % limit;
  const some = (from: string, length: number) => Array.from({ length }, () => from[below(from.length)]).join('');
  return { below, some };
};

const two = (n: number) => String(n).padStart(2, '0');

/**
 * Texts for a person's data: long enough to differ, and nobody's: the domain is one that is reserved for examples (RFC 2606), and no country has the
 * prefix of the number.
 */
const textsOf = ({ below, some }: ReturnType<typeof drawsOf>): readonly string[] => {
  const word = some(letters, 14);
  const day = `${1940 + below(60)}-${two(1 + below(12))}-${two(1 + below(28))}`;
  const digits = some('0123456789', 14);
  const hex = some('0123456789abcdef', 30);
  return [
    `${word[0]!.toUpperCase()}${word.slice(1)}`,
    `${word}@example.com`,
    day,
    `${day}T${two(below(24))}:${two(below(60))}:00.000Z`,
    `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12, 15)}-8${hex.slice(15, 18)}-${hex.slice(18, 30)}`,
    `https://example.com/${word}`,
    `+999${digits.slice(0, 9)}`,
    digits,
    word.toUpperCase(),
    word,
  ];
};

const formsOf = ({ pattern, allOf = [] }: Schema): readonly RegExp[] =>
  [pattern, ...allOf.map((part) => part.pattern)].flatMap((form) => (form === undefined ? [] : [new RegExp(form)]));

const textFor = (texts: readonly string[], schema: Schema, attempt: number): string => {
  const { minLength = 0, maxLength = 1_000 } = schema;
  const forms = formsOf(schema);
  // Another try begins with another one, for what the JSON Schema does not say.
  const turned = [...texts.slice(attempt % texts.length), ...texts.slice(0, attempt % texts.length)].map((text) =>
    text.padEnd(minLength, 'x').slice(0, maxLength),
  );
  return turned.find((text) => forms.every((form) => form.test(text))) ?? turned[0]!;
};

const numberFor = (below: (limit: number) => number, schema: Schema): number => {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf: step = 1, type } = schema;
  // What zod says of every whole number is no limit of anybody's data.
  const isLimit = (n: number | undefined): n is number => n !== undefined && Math.abs(n) < Number.MAX_SAFE_INTEGER;
  const lows = [minimum, exclusiveMinimum === undefined ? undefined : exclusiveMinimum + step].filter(isLimit);
  const highs = [maximum, exclusiveMaximum === undefined ? undefined : exclusiveMaximum - step].filter(isLimit);
  const high = highs.length > 0 ? Math.min(...highs) : undefined;
  const low = lows.length > 0 ? Math.max(...lows) : (high ?? 0) < 0 ? high! - 1_000_000_000 : 0;
  const least = Math.ceil(low / step);
  const most = high === undefined ? least + 1_000_000_000 : Math.floor(high / step);
  if (most >= least) return (least + below(most - least + 1)) * step;
  return type === 'number' && high !== undefined && high >= low ? low + ((high - low) * below(1_000)) / 1_000 : low;
};

const chooserOf = (mac: Mac, seed: string, attempt: number): Chooser => {
  const draws = drawsOf(mac, `${seed} ${attempt}`);
  const { below } = draws;
  return {
    below,
    pick: (from) => from[below(from.length)]!,
    chance: (probability) => below(1_000) < probability * 1_000,
    text: (schema) => textFor(textsOf(draws), schema, attempt),
    number: (schema) => numberFor(below, schema),
  };
};

const madeUpFor = ({ declared, schema }: PersonalPlace, mac: Mac, seed: string): Readonly<{ value: unknown }> | undefined => {
  const json = declared.schema as Schema & Readonly<{ examples?: readonly unknown[] }>;
  const found = fittingValue(schema, json, (attempt) => chooserOf(mac, seed, attempt));
  if (found) return found;
  const examples = (json.examples ?? []).filter((example) => schema.safeParse(example).success);
  return examples.length > 0 ? { value: examples[drawsOf(mac, seed).below(examples.length)] } : undefined;
};

/** A place for which no value can be made up. */
class NothingFits extends Error {
  override name = 'NothingFits';
}

/**
 * Made-up values in the place of sealed ones: the same hash gives the same value, and nothing leads back. Values that are compared among all subjects may stand
 * at places that take different values, such as an e-mail address and any text: of these places the strictest one's value is taken where it fits.
 * @example replacements(mac, places)(partsOf(row.email), place); // 'qkzjwmxaprtyle@example.com'
 */
export const replacements = (mac: Mac, places: readonly PersonalPlace[]) => {
  const byForm = new Map<string, PersonalPlace>();
  for (const place of places) if (place.declared.find) byForm.set(JSON.stringify(place.declared.schema), place);
  const found = [...byForm.values()];
  const takers = (place: PersonalPlace): number => {
    const sample = madeUpFor(place, mac, 'sample');
    return sample ? found.filter(({ schema }) => schema.safeParse(sample.value).success).length : 0;
  };
  const strictest = found.map((place) => ({ place, takers: takers(place) })).sort((a, b) => b.takers - a.takers);
  return (
    { hashedFor, hash, subject, at }: Pick<SealedParts, 'hashedFor' | 'hash' | 'subject' | 'at'>,
    place: PersonalPlace,
  ): unknown => {
    const seed = JSON.stringify(hashedFor === 'deployment' ? [hash] : [hash, subject]);
    const tried = hashedFor === 'deployment' ? strictest.map((each) => each.place) : [];
    for (const each of [...tried, place]) {
      const made = madeUpFor(each, mac, seed);
      if (made && place.schema.safeParse(made.value).success) return made.value;
    }
    throw new NothingFits(
      `No value can be made up for the personal value ${at[2]} of ${at[1]}: give its schema examples, by personal(schema.meta({ examples: [...] })).`,
    );
  };
};
