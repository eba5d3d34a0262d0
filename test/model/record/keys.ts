import type { Written } from '../../../lib/cli/cost/ledger.ts';
import type { ItemUse, KeyUse } from '../profile.ts';

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;

export type Ids = ReadonlyMap<string, string>;

/** A key without the ids of one command: what stays is there for all of them. */
const named = (key: string, ids: Ids) => key.replaceAll(uuid, (id) => `{${ids.get(id) ?? 'id'}}`);

type Family = { at: string; form: string; names: Set<string>; amount: number; of?: number | undefined };

/**
 * Names that differ in digits only are one family, over which writes are spread; a family with a name for nearly each unit of work has none that can be
 * hot, unless its table says how many there are.
 */
const families = (all: readonly Readonly<Pick<Family, 'at' | 'amount' | 'of'> & { name: string }>[], work: number) => {
  const found = new Map<string, Family>();
  for (const { at, name, amount, of } of all) {
    const form = name.replaceAll(/\d+/g, '#');
    const family = found.get(`${at} ${form}`) ?? { at, form, names: new Set(), amount: 0, of };
    found.set(`${at} ${form}`, family);
    family.names.add(name);
    family.amount += amount;
  }
  return [...found.values()].map(({ at, form, names, amount, of }) => ({
    at,
    name: names.size === 1 ? [...names][0]! : form,
    ...((of !== undefined || names.size <= Math.max(1, work / 2)) && { names: of ?? names.size }),
    amount: amount / work,
  }));
};

/** The item collections that are written, for each of some units of work. */
export const usesOf = (written: readonly Written[], ids: Ids, work: number): readonly KeyUse[] =>
  families(
    written.map(({ at, key, units, of }) => ({ at, name: named(key, ids), amount: units, of })),
    work,
  ).map(({ at, name, names, amount }) => ({ at, key: name, ...(names !== undefined && { keys: names }), units: amount }));

/** The items on which transactions meet. */
export const itemsOf = (written: readonly Written[], ids: Ids, work: number): readonly ItemUse[] =>
  families(
    written.flatMap(({ at, item }) => (item === undefined ? [] : [{ at, name: named(item, ids), amount: 1 }])),
    work,
  ).map(({ at, name, names, amount }) => ({
    at,
    item: name,
    ...(names !== undefined && { items: names }),
    transactions: amount,
  }));
