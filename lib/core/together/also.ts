import type { ZodType } from 'zod';
import type { Source } from '../version.ts';

declare const refusing: unique symbol;

/** A command for one stream of another aggregate: the id of the entity, and the command's data.
 * @example const debit: Addressed<{ amount: number }> = { id: 'a1', data: { amount: 5 } };
 */
export interface Addressed<Data = unknown> {
  readonly id: string;
  readonly data: Data;
}

/** What it takes of the decider that the commands go to. */
interface Target extends Source {
  readonly commands: Readonly<Record<string, Readonly<{ schema: ZodType }>>>;
}

/**
 * Commands of another aggregate that take effect together with the one that declares them. It is made by `also()`, which infers their refusals.
 * @example const debits: Also<{ from: string }> = also(account, 'Debit', ({ from }) => ({ id: from, data: terms }));
 */
export interface Also<Data, Refused = unknown> {
  readonly decider: Target;
  readonly type: string;
  /** Where the command goes, with its data: one stream, several, or none. */
  readonly of: (data: Data, id: string) => Addressed | readonly Addressed[] | undefined;
  /** For the compiler alone: no value has this. */
  readonly [refusing]?: Refused;
}

/** The refusals of a command that goes along, as the caller of the other one gets them: with the stream that refused.
 * @example type Reasons = RefusedAlong<(typeof moveCommands)['Move']>['refused'];
 */
export type RefusedAlong<Named> =
  Named extends Also<never, infer Refused>
    ? // Of a command that takes nothing along, the compiler infers any.
      unknown extends Refused
      ? never
      : Refused
    : never;
