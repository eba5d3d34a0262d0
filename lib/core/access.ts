/** Who may use a command or a view: the owner of the thing, an operator, or processes alone (those have no public route).
 * @example const may: May = ['owner', 'operator'];
 */
export type Who = 'owner' | 'operator' | 'process';
export type May = readonly [Who, ...Who[]];

/** Who is asking: an opaque id and what they are.
 * @example const actor: Actor = { id: 'sub-1', role: 'customer' };
 */
export type Actor = Readonly<{ id: string; role: 'customer' | 'operator' | 'process' }>;

/** Whether an actor may, given whose the thing is. What is nobody's yet is open to every customer whom the declaration lets in.
 * @example allowed(['owner'], { id: 'ada', role: 'customer' }, 'bob'); // false
 */
export const allowed = (may: readonly Who[], actor: Actor, owner: string | undefined): boolean =>
  actor.role === 'customer' ? may.includes('owner') && (owner === undefined || owner === actor.id) : may.includes(actor.role);

/** Whether a declaration gives something a public route at all.
 * @example isPublic(['process']); // false
 */
export const isPublic = (may: readonly Who[]): boolean => may.some((who) => who !== 'process');
