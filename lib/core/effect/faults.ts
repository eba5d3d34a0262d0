import type { AnyDecider } from '../decider.ts';
import { later, type Span } from '../instant.ts';
import { personalFields, personalIn, personalOf } from '../personal/declared.ts';
import { currentSchema } from '../version.ts';
import { isPersonalEffect } from './decider.ts';
import type { AnyEffect } from './effect.ts';

const epoch = '1970-01-01T00:00:00.000Z';
const seconds = (span: Span): number => Date.parse(later(epoch, span)) / 1_000;

/** A function runs for 15 minutes at most; its start and recording the answer need some of them. */
const longestTimeout = 14 * 60;

const isCount = (value: number | undefined, least: number, most: number) =>
  value === undefined || (Number.isSafeInteger(value) && value >= least && value <= most);

/** What an effect opens are personal values of its input; and an answer's own say whose they are, since a performance has no owner. */
const personalFaults = ({ name, input, answer, opens = [] }: AnyEffect): readonly string[] => {
  const held = personalFields(currentSchema(input));
  const isWithoutSubject = personalOf(currentSchema(answer)).some(({ of }) => of === undefined);
  return [
    ...opens
      .filter((field) => !held.includes(field))
      .map(
        (field) => `${name} opens '${field}', which is no field of its input with personal values: declare them by personal().`,
      ),
    ...(isWithoutSubject
      ? [
          `${name}: a personal value of its answer has no subject: name the field of the answer that holds it, by personal(schema, { of: '<field>' }).`,
        ]
      : []),
  ];
};

const ownFaults = ({
  name,
  timeout,
  giveUp,
  retries = {},
  rate = {},
  circuit = {},
  provider = name,
  secrets = [],
}: AnyEffect): readonly string[] => [
  ...(/^[a-z][A-Za-z]{0,29}$/.test(name)
    ? []
    : [`The effect '${name}' must be 1 to 30 letters, beginning with a small one: its streams are named by it.`]),
  ...(/^[A-Za-z][A-Za-z0-9-]{0,39}$/.test(provider)
    ? []
    : [`${name}: the provider '${provider}' must be 1 to 40 letters, digits and hyphens, beginning with a letter.`]),
  ...(seconds(timeout) >= 1 && seconds(timeout) <= longestTimeout
    ? []
    : [`${name}: the timeout of a try must be 1 second to ${longestTimeout / 60} minutes.`]),
  ...(seconds(giveUp) > seconds(timeout) ? [] : [`${name}: giveUp must be longer than the timeout of one try.`]),
  ...(retries.first === undefined || seconds(retries.first) >= 1 ? [] : [`${name}: retries.first must be at least a second.`]),
  ...(isCount(retries.atMost, 1, 1_000) ? [] : [`${name}: retries.atMost must be 1 to 1000.`]),
  ...(isCount(rate.perSecond, 1, 1_000) ? [] : [`${name}: rate.perSecond must be 1 to 1000.`]),
  // A queue gives its messages to two functions at least.
  ...(isCount(rate.atOnce, 2, 1_000) ? [] : [`${name}: rate.atOnce must be 2 to 1000.`]),
  ...(isCount(circuit.opensAfter, 1, 1_000) ? [] : [`${name}: circuit.opensAfter must be 1 to 1000.`]),
  ...(circuit.probesAfter === undefined || seconds(circuit.probesAfter) >= 1
    ? []
    : [`${name}: circuit.probesAfter must be at least a second.`]),
  ...secrets
    .filter((secret, i) => !/^[A-Za-z][A-Za-z0-9]{0,39}$/.test(secret) || secrets.indexOf(secret) !== i)
    .map((secret) => `${name}: the secret '${secret}' must be 1 to 40 letters and digits, and be there once.`),
];

/**
 * Finds the faults of a declared effect; none if it is right.
 * @example effectFaults(chargeCard); // []
 */
export const effectFaults = (effect: AnyEffect): readonly string[] => [...ownFaults(effect), ...personalFaults(effect)];

/**
 * Finds effects with personal values in a manifest whose aggregates have none: then it has no keys to seal or open them with.
 * @example sealerFaults([sendWelcome], [customer]); // []
 */
export const sealerFaults = (effects: readonly AnyEffect[], aggregates: readonly AnyDecider[]): readonly string[] => {
  const personal = effects.filter(isPersonalEffect);
  if (personal.length === 0 || personalIn({ aggregates }).length > 0) return [];
  return personal.map(
    ({ name }) =>
      `${name} has personal values, and no aggregate has any, so there are no keys: declare personal() where they come from or go to.`,
  );
};
