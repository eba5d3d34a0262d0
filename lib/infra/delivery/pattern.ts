import { type EventPattern, type IEventBus, type IRuleTarget, Match, Rule } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { busSources } from '../../core/deployed-names.ts';
import { WrongSetting } from '../../core/settings/field.ts';
import { eventBridge } from '../../engine/limits.ts';

/** A category's commits: those with events of some types, or all of them. */
export type Wanted = Readonly<{ category: string; types?: readonly string[] }>;

/** Includes or leaves out imported commits. */
type Only = Readonly<{ imported: boolean }>;

const isTyped = (wanted: Wanted | undefined): boolean => wanted?.types !== undefined;

const patternOf = (wanted: readonly Wanted[], { imported }: Only): EventPattern => {
  const types = wanted.every(isTyped) ? [...new Set(wanted.flatMap((each) => each.types ?? []))].sort() : undefined;
  const detail = {
    ...(types && { types }),
    ...(!imported && { imported: Match.doesNotExist() }),
  };
  return {
    source: [busSources.commits],
    detailType: wanted.map(({ category }) => `${category}.commit`),
    ...(Object.keys(detail).length > 0 && { detail }),
  };
};

/** The length in the form sent to AWS, with hyphenated names; a rule adds nothing. */
const lengthOf = ({ detailType, ...pattern }: EventPattern): number =>
  JSON.stringify({ ...pattern, 'detail-type': detailType }).length;

/**
 * The event patterns that match what is wanted, each short enough for a rule, as few as they can be in this order. A commit is of one category, and a category in one
 * pattern, so that nothing is delivered twice. The types of a category that has too many for one pattern are left out: its
 * consumer drops what it does not handle.
 */
export const patternsFor = (wanted: readonly Wanted[], only: Only = { imported: true }): readonly EventPattern[] => {
  const fits = (some: readonly Wanted[]) => lengthOf(patternOf(some, only)) <= eventBridge.patternCharacters;
  const groups: Wanted[][] = [];
  for (const one of wanted) {
    const last = groups.at(-1);
    if (last && isTyped(last[0]) === isTyped(one) && fits([...last, one])) last.push(one);
    else if (fits([one])) groups.push([one]);
    else groups.push([{ category: one.category }]);
  }
  return groups.map((group) => patternOf(group, only));
};

/** What several consumers of one queue want, each category once: all of its commits, if one of them wants all. */
export const together = (wanted: readonly Wanted[]): readonly Wanted[] =>
  [...Map.groupBy(wanted, ({ category }) => category)].map(([category, all]) =>
    all.every(isTyped) ? { category, types: [...new Set(all.flatMap(({ types = [] }) => types))].sort() } : { category },
  );

/** The number of rules of each bus. */
const rulesOf = new WeakMap<IEventBus, number>();

type Rules = Readonly<{ bus: IEventBus; description: string; wanted: readonly Wanted[]; only?: Only; targets: IRuleTarget[] }>;

/** The rules that send what is wanted from a bus to targets: one, unless its pattern would be too long for AWS. */
export const rulesFor = (scope: Construct, id: string, { bus, description, wanted, only, targets }: Rules): void => {
  for (const [i, eventPattern] of patternsFor(wanted, only).entries()) {
    // Only a category's name of some two thousand letters gets here.
    if (lengthOf(eventPattern) > eventBridge.patternCharacters)
      throw new WrongSetting(
        `An event pattern for ${eventPattern.detailType} has ${lengthOf(eventPattern)} characters, and AWS allows ${eventBridge.patternCharacters}: shorten the names of its events.`,
      );
    new Rule(scope, i === 0 ? id : `${id}${i + 1}`, { eventBus: bus, description, eventPattern, targets });
    rulesOf.set(bus, (rulesOf.get(bus) ?? 0) + 1);
  }
};

/** Refuses more rules than a bus may have: AWS would refuse the last of them in the middle of a deployment. */
export const requireFewRules = (bus: IEventBus, { busRules }: Readonly<{ busRules: number }>): void => {
  const rules = rulesOf.get(bus) ?? 0;
  if (rules <= busRules) return;
  throw new WrongSetting(
    `The consumers need ${rules} rules on the bus, and AWS allows ${busRules}: retire revisions and views that nobody reads, or have AWS raise the quota of rules in this region and pass it by -c busRules=<limit>.`,
  );
};
