import { type Commit, type StoredEvent, storedEvents, versionBefore } from '../../core/commit.ts';
import type { AnyDecider } from '../../core/decider.ts';
import { pointerTo } from '../../core/difference.ts';

import { givenOf } from '../../core/personal/given.ts';
import { meetingSealed, type PersonalPlace, personalPlaces } from '../../core/personal/personal.ts';
import { placeFinder } from '../../core/personal/place-of.ts';
import { recordCategory } from '../../core/personal/record.ts';
import { replaced } from '../../core/personal/replaced.ts';
import { type Mac, replacements } from '../../core/personal/replacement.ts';
import { isSealed, partsOf, type Sealed } from '../../core/personal/sealed.ts';
import { reservationCategory } from '../../core/reservation.ts';
import { parseStream } from '../../core/stream.ts';
import { tagCategory } from '../../core/tag/stream.ts';
import type { Formats } from '../../core/version.ts';

/** What an import makes again from the other streams, or what is only true of the deployment that it comes from: the records of what was done to subjects. */
const madeAgain: readonly string[] = [reservationCategory, tagCategory, recordCategory];

/** True for the streams that an anonymised export leaves out. */
export const isLeftOut = ({ stream }: Pick<Commit, 'stream'>): boolean => madeAgain.includes(parseStream(stream)?.category ?? '');

/** The places of all formats where personal values stand. */
const placesIn = (deciders: readonly Pick<AnyDecider, 'events'>[]): readonly PersonalPlace[] =>
  deciders.flatMap(({ events }) =>
    Object.values(events).flatMap(({ schemas }) => schemas.flatMap((schema) => personalPlaces(schema).found)),
  );

/** Callers' own words in ids: a key of idempotency, and the user who ran a command line. */
const ownWords = /^(http|cli)\/(.+)$/s;

/** The places that a commit names, without those in streams that are left out: such a stream's name has the hash of a unique value. */
const listOf = (name: 'siblings' | 'facts', places: Commit['siblings']) => {
  const left = places?.filter((place) => !isLeftOut(place)) ?? [];
  return left.length > 0 ? { [name]: left } : {};
};

/** Everything in JSON but for objects that are whole: texts. */
const withTexts = (value: unknown, change: (text: string) => string): unknown => {
  if (typeof value === 'string') return change(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => withTexts(each, change));
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withTexts(each, change)]));
};

/**
 * Commits with made-up values in the place of personal ones. It opens nothing: equal values are known by their hashes. `mac` is keyed by a secret that nobody
 * keeps. What an import computes is left out: the hash of the commit before, which is another one there.
 */
export const anonymiser = (deciders: readonly AnyDecider[], mac: Mac): ((commit: Commit) => Commit) => {
  const formats = new Map<string, Formats>(deciders.map(({ category, events }) => [category, events]));
  const formatsOf = (stream: string) => formats.get(parseStream(stream)?.category ?? '') ?? {};
  const replacement = replacements(mac, placesIn(deciders));
  const find = placeFinder();

  const elsewhere = (value: Sealed): unknown => {
    const parts = partsOf(value);
    const [event, type, field] = parts.at;
    const place = find(formatsOf(event.slice(0, event.lastIndexOf('/'))), type, field);
    if (!place)
      throw new Error(
        `The personal value ${field} of ${type}, sealed in ${event}, is declared by no version of its format: nothing can be made up in its place. Export with the release that declared it.`,
      );
    return givenOf(parts, replacement(parts, place));
  };

  const anonymous = (stream: string, id: string, { type, v, data }: StoredEvent): StoredEvent => {
    const met = new Map<Sealed, PersonalPlace>();
    const schema = formatsOf(stream)[type]?.schemas[v - 1];
    meetingSealed(
      (sealed, declared, inner) => met.set(sealed, { declared, schema: inner }),
      () => schema?.safeParse(data),
    );
    const plain = replaced(data, (value, path) => {
      if (!isSealed(value)) return undefined;
      const place = met.get(value);
      const parts = partsOf(value);
      const isOwn = parts.at[0] === id && parts.at[2] === pointerTo(path);
      return { value: place && isOwn ? replacement(parts, place) : elsewhere(value) };
    });
    return { type, v, data: plain };
  };

  return (commit) => {
    const { prev: _, digest: __, sealed: ___, imported: ____, refused, meta, siblings, facts, ...kept } = commit;
    // A reason is whatever somebody has written.
    const { network: _____, traceparent: ______, why: _______, ...who } = meta;
    const before = versionBefore(commit);
    const events = storedEvents(commit).map((event, i) => anonymous(commit.stream, `${commit.stream}/${before + i + 1}`, event));
    // The details of a refusal are whatever a decider says.
    const told = {
      ...kept,
      ...{ meta: who, events },
      ...(refused && { refused: { reason: refused.reason } }),
      ...listOf('siblings', siblings),
      ...listOf('facts', facts),
    };
    return withTexts(told, (text) =>
      text.replace(ownWords, (___: string, kind: string, own: string) => `${kind}/${mac(own).slice(0, 24)}`),
    ) as Commit;
  };
};
