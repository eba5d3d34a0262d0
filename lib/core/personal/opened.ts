import type { Sealed } from './sealed.ts';

/** What a reader is shown in place of a personal value whose subject was erased.
 * @example const shown: Erased = { erased: true };
 */
export type Erased = Readonly<{ erased: true }>;

/** Data in which each sealed value was opened: the value itself, or `{ erased: true }` where its subject was erased.
 * @example type Shown = Opened<{ email: Sealed<string> }>; // { email: string | Erased }
 */
export type Opened<T> = unknown extends T
  ? T
  : T extends Sealed<infer V>
    ? V | Erased
    : T extends string | number | boolean | null | undefined
      ? T
      : { [K in keyof T]: Opened<T[K]> };

/** True for what stands in place of an erased value.
 * @example if (isErased(to)) return { refused: 'customer-erased' };
 */
export const isErased = (value: unknown): value is Erased =>
  typeof value === 'object' && value !== null && 'erased' in value && value.erased === true && Object.keys(value).length === 1;
