import type { Refusal } from '../core/decider.ts';
import type { Sealed } from '../core/personal/sealed.ts';

type Plain = string | number | bigint | boolean | null | undefined;

/** What a reader gets in the place of a personal value whose subject is erased. */
export type Erased = Readonly<{ erased: true }>;
/** What a reader gets in the place of a personal value who may see that there is one, and not the value. */
export type Masked = Readonly<{ masked: true }>;

/** What is stored, as a reader gets it: each personal value opened, or a mark in its place. */
export type Opened<T, Mark = Erased | Masked> = unknown extends T
  ? T
  : T extends Sealed<infer V>
    ? V | Mark
    : T extends Plain
      ? T
      : { [K in keyof T]: Opened<T[K], Mark> };

/** True if there is a personal value in it, to a depth that ends also where a type is recursive. */
type HasSealed<T, Depth extends readonly unknown[] = []> = unknown extends T
  ? never
  : Depth['length'] extends 6
    ? never
    : T extends Sealed
      ? true
      : T extends Plain
        ? never
        : T extends readonly (infer Item)[]
          ? HasSealed<Item, [...Depth, 0]>
          : { [K in keyof T]-?: HasSealed<T[K], [...Depth, 0]> }[keyof T];

/** The refusal of a command with personal data of somebody who is erased. */
export type SubjectErased<E> = true extends HasSealed<E> ? Refusal<'subject-erased', Readonly<{ subject: string }>> : never;
