import type { AnyDecider } from '../decider.ts';
import { later, type Span } from '../instant.ts';
import { hasPersonal } from './declared.ts';

/** Times in commits are compared as texts, which have years of four digits. */
const mostYears = 1_000;

const isWhole = (span: Span): boolean =>
  Object.values(span).every((value) => value === undefined || (Number.isSafeInteger(value) && value >= 0)) &&
  Object.values(span).some((value) => value !== undefined && value > 0);

const isShortEnough = (keep: Span): boolean => {
  try {
    return later('2000-01-01T00:00:00.000Z', keep) <= later('2000-01-01T00:00:00.000Z', { years: mostYears });
  } catch {
    return false;
  }
};

/** The faults of a decider's retention.
 * @example retentionFaults(customer); // []
 */
export const retentionFaults = (decider: AnyDecider): readonly string[] => {
  const { category, events, retention } = decider;
  if (!retention) return [];
  const { endedBy, keep } = retention;
  return [
    ...(hasPersonal(decider)
      ? []
      : [`${category} declares \`retention\`, but no event of it has a personal() value: there is nothing to erase.`]),
    ...((endedBy as readonly string[]).length > 0
      ? []
      : [`${category}: \`retention.endedBy\` is empty, so that no stream would ever end: name the events that end one.`]),
    ...endedBy
      .filter((type) => !Object.hasOwn(events, type))
      .map((type) => `${category}: \`retention.endedBy\` names ${type}, which ${category} does not have.`),
    ...(!isWhole(keep)
      ? [`${category}: \`retention.keep\` must be whole numbers, such as { years: 10 }, and longer than nothing.`]
      : isShortEnough(keep)
        ? []
        : [`${category}: \`retention.keep\` is longer than ${mostYears} years.`]),
  ];
};
