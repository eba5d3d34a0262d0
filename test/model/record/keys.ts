import type { KeyUse } from '../profile.ts';
import type { Written } from './ledger.ts';

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** A key without the ids of one command: what stays is there for all of them. */
const named = (key: string, ids: ReadonlyMap<string, string>) => key.replaceAll(uuid, (id) => `{${ids.get(id) ?? 'id'}}`);

type Family = { at: string; keys: Set<string>; units: number; transactions: number };

/**
 * The item collections that are written, for each of some units of work. Keys that differ in digits only are one family, over which writes are spread; a
 * family with a key for nearly each unit of work has no key that can be hot.
 */
export const usesOf = (written: readonly Written[], ids: ReadonlyMap<string, string>, work: number): readonly KeyUse[] => {
  const families = new Map<string, Family>();
  for (const { at, key, units, transaction } of written) {
    const name = named(key, ids);
    // Keys of one command are told apart by who it is about, all others by their texts.
    const form = name.includes('{') ? name : name.replaceAll(/\d+/g, '#');
    const place = `${at} ${form}`;
    const family = families.get(place) ?? { at, keys: new Set(), units: 0, transactions: 0 };
    families.set(place, family);
    family.keys.add(name);
    family.units += units;
    family.transactions += transaction ? 1 : 0;
  }
  return [...families].map(([place, { at, keys, units, transactions }]) => {
    const form = place.slice(at.length + 1);
    const spread = form.includes('{') || keys.size > Math.max(1, work / 2);
    return {
      at,
      key: keys.size === 1 ? [...keys][0]! : form,
      ...(!spread && { keys: keys.size }),
      units: units / work,
      transactions: transactions / work,
    };
  });
};
