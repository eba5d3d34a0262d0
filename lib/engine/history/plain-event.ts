import type { Commit, StoredEvent } from '../../core/commit.ts';
import { difference } from '../../core/difference.ts';
import { hasPersonal } from '../../core/personal/declared.ts';
import { type Given, isGiven } from '../../core/personal/given.ts';
import { hasUnsealed, replaceUnsealed, takingPlain, Unsealed } from '../../core/personal/personal.ts';
import { replaced } from '../../core/personal/replaced.ts';
import type { Sealed } from '../../core/personal/sealed.ts';
import { type Formats, UnreadableEvent } from '../../core/version.ts';

/** A sealed value in the place of a plain one, for what folds an event and stores nothing. */
export type StandIn = (value: Readonly<{ plain: unknown; find: boolean }>) => Sealed;

/** An event with plain values in the place of personal ones: `data` has `Unsealed` and `Given` there, and `standing` stand-ins, so that it can be read. */
export type PlainEvent = Readonly<{ data: unknown; standing: StoredEvent }>;

/**
 * An event in which plain values stand in the place of personal ones, or undefined for one that has none of them. The format of the version in which it was
 * written tells where they are. Throws if it does not fit that.
 */
export const plainEvent = (formats: Formats, { type, v, data }: StoredEvent, standIn: StandIn): PlainEvent | undefined => {
  const given = new Map<object, Given>();
  const filled = replaced(data, (value) => {
    if (!isGiven(value)) return undefined;
    const stands = standIn({ plain: value['~'].plain, find: value['~'].find === true });
    given.set(stands, value);
    return { value: stands };
  });
  if (given.size === 0 && !hasPersonal({ events: formats })) return undefined;
  const schema = Object.hasOwn(formats, type) ? formats[type]!.schemas[v - 1] : undefined;
  if (!schema) return undefined;
  const parsed = takingPlain(() => schema.safeParse(filled));
  if (!parsed.success) throw new UnreadableEvent(`${type} v${v} does not fit its schema.`, { cause: parsed.error });
  if (given.size === 0 && !hasUnsealed(parsed.data)) return undefined;
  const lost = difference(
    filled,
    replaceUnsealed(parsed.data, (_, unsealed) => Unsealed.valueIn(unsealed)),
  ).find((change) => !('to' in change));
  if (lost) throw new UnreadableEvent(`${type} v${v} has ${lost.path}, which its schema does not have, beside personal values.`);
  const standing = replaceUnsealed(parsed.data, (_, unsealed) =>
    standIn({ plain: Unsealed.valueIn(unsealed), find: unsealed.options.find === true }),
  );
  return {
    data: replaced(parsed.data, (value) => (given.has(value) ? { value: given.get(value) } : undefined)),
    standing: { type, v, data: standing },
  };
};

/** A commit of a file with stand-ins for plain values, for what folds it and stores nothing. */
export const withStandIns = (formats: Formats | undefined, commit: Commit, standIn: StandIn): Commit => {
  if (!formats || commit.sealed) return commit;
  return { ...commit, events: commit.events.map((event) => plainEvent(formats, event, standIn)?.standing ?? event) };
};
