import { type Actor, actsForOthers, mayOwn } from '../../core/access.ts';
import type { CommandFormat } from '../../core/decider.ts';
import { isId, streamName } from '../../core/stream.ts';
import { type Commanding, otherOf } from './request.ts';
import { stateNow } from './state-now.ts';

/**
 * True if the caller owns everything that a command names beside its own stream. A stream without an owner belongs to no caller. A cached
 * owner is enough for a yes; before a no the stream is read, since it may have been opened a moment ago.
 */
export const ownsNamed = async (
  commanding: Commanding,
  { may, owns = {} }: Pick<CommandFormat<unknown>, 'may' | 'owns'>,
  data: unknown,
  actor: Actor,
): Promise<boolean> => {
  if (actsForOthers(may, actor)) return true;
  const owned = await Promise.all(
    Object.entries(owns).map(async ([category, idIn]) => {
      const loading = otherOf(commanding, category);
      const id = idIn(data as never);
      if (id === undefined) return true;
      // A caller without a token owns nothing, nor does a machine; and an invalid id names no stream.
      if (!mayOwn(actor) || !isId(id)) return false;
      const isOwner = async (atLeast?: number) => {
        const { state } = await stateNow(loading, streamName(category, id), atLeast);
        return loading.decider.owner?.(state as never) === actor.id;
      };
      return (await isOwner(0)) || (await isOwner());
    }),
  );
  return owned.every(Boolean);
};
