import type { May, Who } from '../access.ts';
import { type AnyDecider, historyFor } from '../decider.ts';
import { parseStream } from '../stream.ts';
import { type Formats, type Reading, readEvent } from '../version.ts';
import { type TagEntry, type TagFilling, tagDecider, tagEvents } from './stream.ts';
import type { AnyTag } from './tag.ts';

/** The words that say what somebody is to one entity, or that are no caller of the API. */
const relations: readonly Who[] = ['owner', 'process', 'hook'];

/** True if everybody whom a word admits is also admitted by a declaration. All callers of a history have a token. */
const isAdmitted = (who: Who, may: readonly Who[]): boolean =>
  may.includes(who) || may.includes('user') || may.includes('anyone');

/**
 * Who may read the history of a tag, its states, and the differences between them: its entries hold events of streams of several owners, so those who may
 * read every stream of all categories that carry the tag, whoever its owner is. Nobody reads here what the source stream would not show.
 * @example tagHistoryFor(courseTag, manifest.aggregates); // ['operator']
 */
export const tagHistoryFor = ({ from }: AnyTag, deciders: readonly AnyDecider[]): readonly Who[] => {
  const mays = from.map(({ category }): readonly Who[] => {
    const decider = deciders.find((each) => each.category === category);
    return decider ? historyFor(decider) : [];
  });
  return [...new Set(mays.flat())].filter((who) => !relations.includes(who) && mays.every((may) => isAdmitted(who, may)));
};

/** The formats by which a tag's history is shown: the events in its entries come in today's shapes. */
export const tagReads = ({ from }: AnyTag): Formats => {
  const shown = (entry: TagEntry): TagEntry => {
    const source = from.find(({ category }) => category === parseStream(entry.stream)?.category);
    if (!source) return entry;
    return {
      ...entry,
      events: entry.events.map((stored) => {
        const { type, data } = readEvent(source.events, stored);
        return { type, v: stored.v, data };
      }),
    };
  };
  const showing = <T>(format: Reading<unknown>, show: (parsed: T) => T): Reading<unknown> => ({
    ...format,
    parse: (data, writtenAs) => show(format.parse(data, writtenAs) as T),
  });
  return {
    ...tagEvents,
    EventsTagged: showing(tagEvents.EventsTagged, shown),
    TagFilled: showing(tagEvents.TagFilled, (filling: TagFilling) => ({ ...filling, entries: filling.entries.map(shown) })),
  };
};

/** What reads the history of the streams of one tag. */
export const tagHistoryDecider = (tag: AnyTag, deciders: readonly AnyDecider[]): AnyDecider => ({
  ...tagDecider(tag),
  // The type asks for one word at least; without any, nobody is admitted.
  history: tagHistoryFor(tag, deciders) as unknown as May,
});
