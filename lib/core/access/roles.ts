/**
 * The roles that a team declares, by name. A team extends this interface, and the compiler then refuses every other name in a `may`.
 * @example declare module 'foldstream' { interface Roles { teller: true; auditor: true } }
 */
// biome-ignore lint/suspicious/noEmptyInterface: a team adds its roles to it by declaration merging, which a type alias does not allow.
export interface Roles {}

/**
 * A role that a token gives its caller: one that the manifest declares, or `operator`.
 * @example const role: Role = 'operator';
 */
export type Role = 'operator' | (keyof Roles & string);
