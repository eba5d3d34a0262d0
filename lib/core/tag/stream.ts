import * as z from 'zod';
import type { StoredEvent } from '../commit.ts';
import type { AnyDecider } from '../decider.ts';
import type { Message } from '../message.ts';
import { idRule, isId, parseStream, streamName } from '../stream.ts';
import { FromNewerRelease, readEvent, v1 } from '../version.ts';
import type { AnyTag, TagValues } from './tag.ts';

/** The category of tag streams: `tag-<name>.<value>`. */
export const tagCategory = 'tag';

const tagged = z.object({
  tag: z.string(),
  value: z.string(),
  stream: z.string(),
  commit: z.int(),
  events: z.array(z.unknown()),
});

/** Stored formats of 2026-11: which commit of which stream carries the tag, with those of its events that do; and all such entries of a value up to then,
 * where some of them are entered later than the events; and, in a stream of the tag's own, that all events of a late tag have been entered. */
export const tagEvents = {
  EventsTagged: v1(tagged),
  TagFilled: v1(z.object({ tag: z.string(), value: z.string(), entries: z.array(tagged) })),
  TagCompleted: v1(z.object({ tag: z.string() })),
};

/** All entries of a value of a tag: those that stand before it in the stream count no more. */
export type TagFilling = Readonly<{ tag: string; value: string; entries: readonly TagEntry[] }>;

/** The entry of a commit in a tag's stream.
 * @example const entry: TagEntry = { tag: 'course', value: 'c1', stream: 'enrolment-e1', commit: 1, events: [{ type: 'StudentEnrolled', v: 1, data }] };
 */
export type TagEntry = Readonly<{ tag: string; value: string; stream: string; commit: number; events: readonly StoredEvent[] }>;

/** What is wrong with a value of a tag: with its tag's name it must be an id, as it is part of a stream's name.
 * @example valueFault('course', 'c 1'); // "the tag 'course' cannot have the value 'c 1': ..."
 */
export const valueFault = (name: string, value: string): string | undefined =>
  isId(value) && isId(`${name}.${value}`)
    ? undefined
    : `the tag '${name}' cannot have the value '${value}': both together, with a dot between them, must be an id of ${idRule}`;

/** The stream of one value of a tag. Throws at a value that cannot be in a key; `of` says who named it.
 * @example tagStream('course', 'c1', 'StudentEnrolled'); // 'tag-course.c1'
 */
export const tagStream = (name: string, value: string, of: string): string => {
  const fault = valueFault(name, value);
  if (fault !== undefined) throw new Error(`${of}: ${fault}. Check it in the schema of the command.`);
  return streamName(tagCategory, `${name}.${value}`);
};

/** The stream that says that a late tag is complete.
 * @example completionStream('course'); // 'tag-course'
 */
export const completionStream = (name: string): string => streamName(tagCategory, name);

/** Several values, each once.
 * @example valuesOf('c1'); // ['c1']
 */
export const valuesOf = (values: TagValues): readonly string[] =>
  values === undefined ? [] : [...new Set(typeof values === 'string' ? [values] : values)];

/** A value of a tag.
 * @example const carried: TagValue = { tag: courseTag, value: 'c1' };
 */
export type TagValue = Readonly<{ tag: AnyTag; value: string }>;

/** The tag streams that an event belongs to, by the tags of its category.
 * @example streamsOfEvent([courseTag], 'enrolment', { type: 'StudentEnrolled', data: { course: 'c1' } }, 'e1').keys(); // 'tag-course.c1'
 */
export const streamsOfEvent = (
  tags: readonly AnyTag[],
  source: string,
  { type, data }: Message,
  id: string,
): ReadonlyMap<string, TagValue> =>
  new Map(
    tags
      .filter(({ from, of }) => Object.hasOwn(of, type) && from.some(({ category }) => category === source))
      .flatMap((tag) =>
        valuesOf(tag.of[type]?.(data as never, id)).map((value) => [tagStream(tag.name, value, type), { tag, value }]),
      ),
  );

/** Folds one entry of a tag's stream into its state. */
const foldEntry = (tag: AnyTag, state: unknown, { value, stream, events }: TagEntry): unknown => {
  const { category = '', id = '' } = parseStream(stream) ?? {};
  const source = tag.from.find((each) => each.category === category);
  if (!source)
    throw new FromNewerRelease(
      `An event of ${stream} carries the tag '${tag.name}', whose declaration does not have ${category} in \`from\`. If a newer release is rolling out this passes by itself; if not, add the category to the tag.`,
    );
  return events.reduce<unknown>((before, stored) => {
    const { type, data } = readEvent(source.events, stored);
    const evolve = tag.evolve[type];
    return evolve ? evolve(before as never, data as never, { value, id }) : before;
  }, state);
};

const kernel = { category: tagCategory, events: tagEvents, commands: {}, decide: {} };
const made = new WeakMap<AnyTag, AnyDecider>();

const foldFilling = (tag: AnyTag, { entries }: TagFilling): unknown =>
  entries.reduce<unknown>((state, entry) => foldEntry(tag, state, entry), tag.initial);

/** What folds the streams of one tag. It takes no commands: its events come with those that carry the tag.
 * @example fold(tagDecider(courseTag), courseTag.initial, [{ type: 'EventsTagged', data: entry }]);
 */
export const tagDecider = (tag: AnyTag): AnyDecider => {
  const decider = made.get(tag) ?? {
    ...kernel,
    initial: tag.initial,
    evolve: {
      EventsTagged: (state: unknown, entry: TagEntry) => foldEntry(tag, state, entry),
      TagFilled: (_: unknown, filling: TagFilling) => foldFilling(tag, filling),
      TagCompleted: (state: unknown) => state,
    },
  };
  made.set(tag, decider);
  return decider;
};

/** The tags of several deciders, each once.
 * @example tagsIn(manifest.aggregates).map(({ name }) => name); // ['course', 'student']
 */
export const tagsIn = (deciders: readonly Pick<AnyDecider, 'tags'>[]): readonly AnyTag[] => [
  ...new Set(deciders.flatMap(({ tags = [] }) => tags)),
];

/** What folds the streams of all tags, where the stream's name is not at hand: its state is undefined before the first entry, and so is that of a tag
 * which is no longer declared.
 * @example storedDecidersOf(manifest).find(({ category }) => category === 'tag');
 */
export const anyTagDecider = (tags: readonly AnyTag[]): AnyDecider => ({
  ...kernel,
  initial: undefined,
  evolve: {
    EventsTagged: (state: unknown, entry: TagEntry) => {
      const tag = tags.find(({ name }) => name === entry.tag);
      return tag && foldEntry(tag, state ?? tag.initial, entry);
    },
    TagFilled: (_: unknown, filling: TagFilling) => {
      const tag = tags.find(({ name }) => name === filling.tag);
      return tag && foldFilling(tag, filling);
    },
    TagCompleted: (state: unknown) => state,
  },
});
