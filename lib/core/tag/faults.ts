import type { AnyDecider } from '../decider.ts';
import { tagsIn } from './stream.ts';
import type { AnyTag } from './tag.ts';

const tagName = /^[A-Za-z][A-Za-z0-9]{0,29}$/;

/** The faults of one tag, among the aggregates whose events carry it. */
const ofTag = ({ name, from, of, evolve }: AnyTag, aggregates: readonly AnyDecider[]): readonly string[] => [
  ...(tagName.test(name) ? [] : [`The tag '${name}' must be 1 to 30 letters or digits, beginning with a letter.`]),
  ...Object.keys(of)
    .filter((type) => !from.some(({ events }) => Object.hasOwn(events, type)))
    .map(
      (type) =>
        `The tag '${name}' is carried by ${type}, which ${from.map(({ category }) => category).join(' and ')} does not have.`,
    ),
  ...Object.keys(of)
    .filter((type) => !evolve[type])
    .map(
      (type) =>
        `The tag '${name}' is carried by ${type}, but has no evolve for it: return the state as it is if it does not change.`,
    ),
  ...Object.keys(evolve)
    .filter((type) => !of[type])
    .map((type) => `The tag '${name}' has an evolve for ${type}, which does not carry it: add it to \`of\`.`),
  ...from.flatMap(({ category, events }) => {
    const decider = aggregates.find((each) => each.category === category);
    if (!decider) return [`The tag '${name}' is carried by events of ${category}, which the manifest does not have.`];
    const carries = Object.keys(of).some((type) => Object.hasOwn(events, type));
    return carries && !decider.tags?.some((each) => each.name === name)
      ? [`The tag '${name}' is carried by events of ${category}, but ${category} does not list it: add it to its \`tags\`.`]
      : [];
  }),
];

/** The tags that commands decide on must be listed by their aggregate. */
const ofCommands = ({ category, commands, tags = [] }: AnyDecider): readonly string[] =>
  Object.entries(commands).flatMap(([type, format]) =>
    Object.keys(format.tags ?? {})
      .filter((name) => !tags.some((each) => each.name === name))
      .map(
        (name) => `${category}: ${type} decides on the tag '${name}', which ${category} does not list: add it to its \`tags\`.`,
      ),
  );

/** The faults of all tags of a manifest.
 * @example const faults = tagFaults(manifest.aggregates); // []
 */
export const tagFaults = (aggregates: readonly AnyDecider[]): readonly string[] => {
  const tags = tagsIn(aggregates);
  const twice = tags.filter(({ name }, i) => tags.findIndex((each) => each.name === name) !== i);
  return [
    ...tags.flatMap((tag) => ofTag(tag, aggregates)),
    ...twice.map(({ name }) => `Two tags have the name '${name}': declare it once, and list the same one in each aggregate.`),
    ...aggregates.flatMap(ofCommands),
  ];
};
