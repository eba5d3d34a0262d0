import type { Decider } from '../decider.ts';
import type { DataOf, Message } from '../message.ts';

/** Other rules for what happened to the streams of a category: a decider, and the commands that the recorded events came from.
 * @example const rules: OtherRules = otherRules(matchUnder(threeInLine), { DiscDropped: ({ column }) => ({ type: 'Drop', data: { column } }) });
 */
export interface OtherRules {
  readonly decider: Decider<never, Message, never>;
  readonly asked: Readonly<Record<string, (data: never) => Message | undefined>>;
}

/**
 * Declares other rules, for `foldstream check --rules`: a module exports them as `rules`. `asked` gives the command that an event came from; an event
 * without one follows from another of its commit.
 * @example export const rules = otherRules(matchUnder(threeInLine), { DiscDropped: ({ column }) => ({ type: 'Drop', data: { column } }) });
 */
export const otherRules = <S, C extends Message, E extends Message>(
  decider: Decider<S, C, E>,
  asked: NoInfer<{ readonly [T in E['type']]?: (data: DataOf<E, T>) => C | undefined }>,
): OtherRules => ({ decider, asked }) as unknown as OtherRules;
