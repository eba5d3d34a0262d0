import type { Role } from './access/roles.ts';

/** The words of a declaration that are no roles: no manifest can declare them. */
const relations = ['owner', 'process', 'hook', 'together', 'user', 'anyone'] as const;

/** The words for what comes from inside of the deployment: none of them makes a route. */
const inner: readonly Who[] = ['process', 'hook', 'together'];

/**
 * The audience of a command or a view: the owner of the entity, a role, or processes alone (those have no public route); `hook` is a provider whose signed request a hook of the manifest takes; `together` is a command of
 * another aggregate that takes this one along, whoever sends that; `user` is everybody
 * with a token, whatever their roles; `anyone` needs no token at all.
 * @example const who: Who = 'owner';
 */
export type Who = Role | (typeof relations)[number];
/** The declared access to a command or a view: at least one word.
 * @example const may: May = ['owner', 'operator'];
 */
export type May = readonly [Who, ...Who[]];

/**
 * The sender of a request: an opaque id, the kind of sender, and the roles from the token (none of a process or a hook, and none without a token).
 * @example const actor: Actor = { id: 'sub-1', kind: 'user', roles: [] };
 */
export interface Actor {
  readonly id: string;
  /** `machine`: a client with a token of its own, which no person signed in for. */
  readonly kind: 'user' | 'machine' | 'process' | 'hook' | 'anyone';
  readonly roles: readonly Role[];
}

/**
 * A signed-in person with some roles.
 * @example allowed(['owner'], user('ada'), 'ada'); // true
 */
export const user = (id: string, ...roles: readonly Role[]): Actor => ({ id, kind: 'user', roles });

/**
 * The one actor of all requests without a token, since such callers cannot be told apart.
 * @example allowed(['user'], anybody, undefined); // false
 */
export const anybody: Actor = { id: 'anyone', kind: 'anyone', roles: [] };

/** The words of a declaration that admit an actor, whoever the owner is. */
const admitting = ({ kind, roles }: Actor): readonly Who[] =>
  kind === 'process' || kind === 'hook' || kind === 'anyone' ? [kind] : [...roles, 'user', 'anyone'];

/**
 * True if an actor may use it whoever the owner is.
 * @example allowedAll(['user'], user('ada')); // true
 */
export const allowedAll = (may: readonly Who[], actor: Actor): boolean => admitting(actor).some((who) => may.includes(who));

/**
 * True if an actor can own entities: a person who is no operator. A machine acts by its roles alone.
 * @example mayOwn(user('olga', 'operator')); // false
 */
export const mayOwn = ({ kind, roles }: Actor): boolean => kind === 'user' && !roles.includes('operator');

/**
 * True if an actor may use it, given the owner. An entity without an owner is open to everybody who can own entities, if the declaration admits owners.
 * @example allowed(['owner'], user('ada'), 'bob'); // false
 */
export const allowed = (may: readonly Who[], actor: Actor, owner: string | undefined): boolean =>
  allowedAll(may, actor) || (mayOwn(actor) && may.includes('owner') && (owner === undefined || owner === actor.id));

/**
 * True if an actor need not own the further entities that a command names: a process, a hook, an operator, or a caller in a role that the command is for.
 * @example actsForOthers(['owner', 'operator'], user('ada')); // false
 */
export const actsForOthers = (may: readonly Who[], { kind, roles }: Actor): boolean =>
  kind === 'process' || kind === 'hook' || roles.some((role) => role === 'operator' || may.includes(role));

/**
 * True if a declaration makes a public route.
 * @example isPublic(['process']); // false
 */
export const isPublic = (may: readonly Who[]): boolean => may.some((who) => !inner.includes(who));

/**
 * The words of a declaration that are for callers of the API.
 * @example callersIn(['owner', 'process']); // ['owner']
 */
export const callersIn = (may: readonly Who[]): readonly Who[] => may.filter((who) => !inner.includes(who));

/**
 * True if a declaration makes a route without a token.
 * @example isOpen(['anyone']); // true
 */
export const isOpen = (may: readonly Who[]): boolean => may.includes('anyone');

/**
 * Finds the fault of a declaration: a role that the manifest does not declare; or a word for everybody beside words for some, which is redundant and may
 * have meant the opposite.
 * @example accessFault(['anyone', 'owner'], []); // "is for 'anyone', which is everybody: leave 'owner' out"
 */
export const accessFault = (may: readonly Who[], roles: readonly string[]): string | undefined => {
  const known: readonly string[] = [...relations, 'operator', ...roles];
  const unknown = may.find((who) => !known.includes(who));
  if (unknown !== undefined)
    return `is for '${unknown}', which is no role of this manifest: add it to \`roles\` of defineManifest, or use one of ${known.join(', ')}`;
  const widest = (['anyone', 'user'] as const).find((who) => may.includes(who));
  const beside = callersIn(may).filter((who) => who !== widest);
  if (widest === undefined || beside.length === 0) return undefined;
  const whom = widest === 'anyone' ? 'everybody' : 'everybody with a token';
  return `is for '${widest}', which is ${whom}: leave ${beside.map((who) => `'${who}'`).join(' and ')} out`;
};

const roleName = /^[a-z][a-z0-9-]{0,39}$/;

/**
 * Finds the faults of a manifest's roles.
 * @example roleFaults(['owner']); // ["The role 'owner' has a meaning of its own: declare another name."]
 */
export const roleFaults = (roles: readonly string[]): readonly string[] =>
  roles.flatMap((role, i) => {
    if (role === 'operator') return ["The role 'operator' is there without a declaration: remove it from `roles`."];
    if ((relations as readonly string[]).includes(role))
      return [`The role '${role}' has a meaning of its own: declare another name.`];
    if (!roleName.test(role))
      return [`The role '${role}' must be 1 to 40 of a-z 0-9 and hyphens, beginning with a letter, as in the tokens.`];
    return roles.indexOf(role) === i ? [] : [`The role '${role}' is declared twice.`];
  });
