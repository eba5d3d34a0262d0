/**
 * The audience of a command or a view: the owner of the entity, an operator, or processes alone (those have no public route); `user` is everybody
 * with a token, operators too; `anyone` needs no token at all.
 * @example const may: May = ['owner', 'operator'];
 */
export type Who = 'owner' | 'operator' | 'process' | 'user' | 'anyone';
export type May = readonly [Who, ...Who[]];

/**
 * The sender of a request: an opaque id and a role.
 * @example const actor: Actor = { id: 'sub-1', role: 'customer' };
 */
export interface Actor {
  readonly id: string;
  readonly role: 'customer' | 'operator' | 'process' | 'anyone';
}

/**
 * The one actor of all requests without a token, since such callers cannot be told apart.
 * @example allowed(['user'], anybody, undefined); // false
 */
export const anybody: Actor = { id: 'anyone', role: 'anyone' };

/** The words of a declaration that admit each role, whoever the owner is. */
const letIn: Readonly<Record<Actor['role'], readonly Who[]>> = {
  process: ['process'],
  operator: ['operator', 'user', 'anyone'],
  customer: ['user', 'anyone'],
  anyone: ['anyone'],
};

/**
 * True if an actor may use it whoever the owner is.
 * @example allowedAll(['user'], { id: 'ada', role: 'customer' }); // true
 */
export const allowedAll = (may: readonly Who[], { role }: Actor): boolean => letIn[role].some((who) => may.includes(who));

/**
 * True if an actor may use it, given the owner. An entity without an owner is open to every customer whom the declaration admits.
 * @example allowed(['owner'], { id: 'ada', role: 'customer' }, 'bob'); // false
 */
export const allowed = (may: readonly Who[], actor: Actor, owner: string | undefined): boolean =>
  allowedAll(may, actor) || (actor.role === 'customer' && may.includes('owner') && (owner === undefined || owner === actor.id));

/**
 * True if a declaration makes a public route.
 * @example isPublic(['process']); // false
 */
export const isPublic = (may: readonly Who[]): boolean => may.some((who) => who !== 'process');

/**
 * True if a declaration makes a route without a token.
 * @example isOpen(['anyone']); // true
 */
export const isOpen = (may: readonly Who[]): boolean => may.includes('anyone');

/**
 * Finds the fault of a declaration: a word for everybody beside words for some is redundant, and may have meant the opposite.
 * @example accessFault(['anyone', 'owner']); // "is for 'anyone', which is everybody: leave 'owner' out"
 */
export const accessFault = (may: readonly Who[]): string | undefined => {
  const [widest, idle] = may.includes('anyone')
    ? (['anyone', ['owner', 'operator', 'user']] as const)
    : (['user', ['owner', 'operator']] as const);
  const beside = idle.filter((who) => may.includes(who));
  if (!may.includes(widest) || beside.length === 0) return undefined;
  const whom = widest === 'anyone' ? 'everybody' : 'everybody with a token';
  return `is for '${widest}', which is ${whom}: leave ${beside.map((who) => `'${who}'`).join(' and ')} out`;
};
