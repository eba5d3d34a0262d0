/** Who may use a command or a view: the owner of the thing, an operator, or processes alone (those have no public route); `user` is everybody with a
 * token, operators too; `anyone` needs no token at all.
 * @example const may: May = ['owner', 'operator'];
 */
export type Who = 'owner' | 'operator' | 'process' | 'user' | 'anyone';
export type May = readonly [Who, ...Who[]];

/** Who is asking: an opaque id and what they are.
 * @example const actor: Actor = { id: 'sub-1', role: 'customer' };
 */
export type Actor = Readonly<{ id: string; role: 'customer' | 'operator' | 'process' | 'anyone' }>;

/** Everybody who asks without a token: one actor, since nothing tells one from another.
 * @example allowed(['user'], anybody, undefined); // false
 */
export const anybody: Actor = { id: 'anyone', role: 'anyone' };

/** By which words of a declaration each role is let in, whosever the thing is. */
const letIn: Readonly<Record<Actor['role'], readonly Who[]>> = {
  process: ['process'],
  operator: ['operator', 'user', 'anyone'],
  customer: ['user', 'anyone'],
  anyone: ['anyone'],
};

/** Whether an actor may, whosever the thing is.
 * @example allowedAll(['user'], { id: 'ada', role: 'customer' }); // true
 */
export const allowedAll = (may: readonly Who[], { role }: Actor): boolean => letIn[role].some((who) => may.includes(who));

/** Whether an actor may, given whose the thing is. What is nobody's yet is open to every customer whom the declaration lets in.
 * @example allowed(['owner'], { id: 'ada', role: 'customer' }, 'bob'); // false
 */
export const allowed = (may: readonly Who[], actor: Actor, owner: string | undefined): boolean =>
  allowedAll(may, actor) || (actor.role === 'customer' && may.includes('owner') && (owner === undefined || owner === actor.id));

/** Whether a declaration gives something a public route at all.
 * @example isPublic(['process']); // false
 */
export const isPublic = (may: readonly Who[]): boolean => may.some((who) => who !== 'process');

/** Whether a declaration gives something a route that asks for no token.
 * @example isOpen(['anyone']); // true
 */
export const isOpen = (may: readonly Who[]): boolean => may.includes('anyone');

/** What is wrong with a declaration: who lets everybody in says nothing by naming some of them beside it, and may have meant the opposite.
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
