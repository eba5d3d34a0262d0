import type { AnyDecider } from '../decider.ts';
import { isInstant } from '../instant.ts';
import { gatheringFaults } from '../projection.ts';
import { processEvents, rememberedType } from './events.ts';
import type { AnyProcess } from './process.ts';

const repeated = (names: readonly string[]) => names.filter((name, i) => names.indexOf(name) !== i);

/**
 * Finds the faults of a declared process, beside those of any aggregate; none if it is right.
 * @example processFaults(transferProcess, [account, transfer]); // []
 */
export const processFaults = (process: AnyProcess, aggregates: readonly AnyDecider[]): readonly string[] => {
  const { category, from, sends, since, on, raises = {}, publishes = [], effects = [], onDeadline = {} } = process;
  const handled = Object.keys(on);
  return [
    ...(isInstant(since) ? [] : [`${category}: since '${since}' is not an instant such as 2026-11-21T12:00:00.000Z.`]),
    ...gatheringFaults(category, process.gatherSeconds),
    ...(from.length > 0 ? [] : [`${category} has no source: name at least one in \`from\`.`]),
    ...(handled.length > 0 ? [] : [`${category} reacts to no event: add one to \`on\`.`]),
    ...repeated(from.map((source) => source.category)).map((name) => `${category} reads ${name} twice.`),
    // The sweep sends a process its own steps too: it would take those for external events.
    ...(from.some((source) => source.category === category) ? [`${category} reacts to itself: take it out of \`from\`.`] : []),
    ...handled
      .filter((type) => !from.some(({ events }) => Object.hasOwn(events, type)))
      .map(
        (type) => `${category} reacts to ${type}, which ${from.map((source) => source.category).join(' and ')} does not have.`,
      ),
    ...repeated(sends.map((target) => target.category)).map((name) => `${category} sends to ${name} twice.`),
    ...sends
      .filter((target) => !aggregates.includes(target))
      .map((target) => `${category} sends to ${target.category}, which is no aggregate of the manifest.`),
    ...repeated(effects.map(({ name }) => name)).map((name) => `${category} has the effect ${name} twice.`),
    ...Object.keys(raises)
      .filter((type) => Object.hasOwn(processEvents, type) || type === rememberedType)
      .map((type) => `${category} raises ${type}, which is an event of every process: choose another name.`),
    ...publishes
      .filter((type) => !Object.hasOwn(raises, type))
      .map((type) => `${category} publishes ${type}, which it does not raise.`),
    // A deadline's name is part of a key and of a message.
    ...Object.keys(onDeadline)
      .filter((name) => !/^[A-Za-z][A-Za-z0-9-]{0,39}$/.test(name))
      .map((name) => `${category}: the deadline '${name}' must be 1 to 40 letters, digits and hyphens, beginning with a letter.`),
  ];
};
