import { type Actor, anybody, type May, user, type Who } from '../core/access.ts';

/** Somebody of whom a word of a declaration is true. */
export const actorOf = (who: Who, owner: string): Actor => {
  if (who === 'process') return { id: 'some-process', kind: 'process', roles: [] };
  if (who === 'anyone') return anybody;
  return who === 'owner' || who === 'user' ? user(owner) : user(`some-${who}`, who);
};

/** A reader who is shown all rows of a view, if there is a role for that; otherwise the owner, or whoever else it is for. */
export const readerOf = (may: May, owner: string): Actor => {
  const isRole = (who: Who) => !['owner', 'process', 'user', 'anyone'].includes(who);
  const role = may.find((who) => who === 'operator') ?? may.find(isRole);
  return actorOf(role ?? (may.every((who) => who === 'process') ? 'process' : 'owner'), owner);
};
