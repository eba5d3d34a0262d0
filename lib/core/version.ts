import * as z from 'zod';
import type { StoredEvent } from './commit.ts';
import { difference } from './difference.ts';
import type { DataOf, Message } from './message.ts';
import { replaceUnsealed, takingPlain, Unsealed } from './personal/personal.ts';
import { hasSealedLike } from './personal/sealed.ts';

/** A stored format in all its versions: reads each of them into one shape, and says which version is written.
 * @example const formats = { AccountOpened: v1(z.object({ owner: z.string() })) };
 */
export interface Versioned<T> extends Reading<T> {
  /** The next version, written from now on; `upcast` converts stored data of the version before. */
  readonly next: <S extends z.ZodType>(schema: S, upcast: (old: T) => z.input<S>) => Versioned<z.output<S>>;
  /** The next version, readable from this release on and written by the following one; `downcast` gives today's shape. */
  readonly soon: <S extends z.ZodType>(schema: S, downcast: (newer: z.output<S>) => T) => Reading<T>;
}

/** The part of a stored format that reads and writes.
 * @example const { current, schemas }: Reading<unknown> = accountEvents.AccountOpened;
 */
export interface Reading<T> {
  /** The version that is written: the shape that the domain sees. */
  readonly current: number;
  /** The newest version that can be read: `current`, or one more while the next is being prepared. */
  readonly readable: number;
  /** The schema of each version, the first at index 0: for contracts and documentation. */
  readonly schemas: readonly z.ZodType[];
  readonly parse: (data: unknown, writtenAs: number) => T;
}

/** The schema of the version that is written.
 * @example currentSchema(accountEvents.MoneyDeposited).safeParse({ amount: 5, currency: 'EUR' }).success; // true
 */
export const currentSchema = ({ schemas, current }: Pick<Reading<unknown>, 'schemas' | 'current'>): z.ZodType =>
  schemas[current - 1]!;

/** An upcaster meets personal values sealed, so that it may move or drop them, and nothing else. */
const upcasted = <Old, S extends z.ZodType>(schema: S, upcast: (old: Old) => z.input<S>, old: Old): z.output<S> => {
  try {
    return schema.parse(upcast(old));
  } catch (cause) {
    if (!hasSealedLike(old)) throw cause;
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause).replaceAll(/\s+/g, ' ') : (cause as Error).message;
    throw new Error(
      `${reason} The event has personal values, which are sealed: an upcaster may move or drop one; it cannot read, make or change one, nor turn it into a plain value.`,
      { cause },
    );
  }
};

const chain = <T>(schemas: readonly z.ZodType[], parse: Reading<T>['parse']): Versioned<T> => ({
  current: schemas.length,
  readable: schemas.length,
  schemas,
  parse,
  next: (schema, upcast) =>
    chain([...schemas, schema], (data, writtenAs) =>
      writtenAs > schemas.length ? schema.parse(data) : upcasted(schema, upcast, parse(data, writtenAs)),
    ),
  soon: (schema, downcast) => ({
    current: schemas.length,
    readable: schemas.length + 1,
    schemas: [...schemas, schema],
    parse: (data, writtenAs) => (writtenAs > schemas.length ? downcast(schema.parse(data) as never) : parse(data, writtenAs)),
  }),
});

/** Version 1 of a stored format; `.next()` adds the following one, `.soon()` prepares it.
 * @example v1(z.object({ amount })).next(z.object({ amount, currency }), (old) => ({ ...old, currency: 'EUR' }));
 */
export const v1 = <S extends z.ZodType>(schema: S): Versioned<z.output<S>> =>
  chain<z.output<S>>([schema], (data) => schema.parse(data));

/** The stored formats of a category: a map from event type to its versions.
 * @example const accountEvents = { AccountOpened: v1(opening) } satisfies Formats;
 */
export type Formats = Readonly<Record<string, Reading<unknown>>>;

/** The stored formats of the events of a union, each with the data of its event.
 * @example const formats: FormatsOf<AccountEvent> = accountEvents;
 */
export type FormatsOf<E extends Message> = { readonly [T in E['type']]: Reading<DataOf<E, T>> };

/** The union of events that a category's formats describe.
 * @example type AccountEvent = EventOf<typeof accountEvents>;
 */
export type EventOf<F extends Formats> = {
  [T in keyof F & string]: Message<T, ReturnType<F[T]['parse']>>;
}[keyof F & string];

/** A category and the stored formats of its events: what the category's file in `events/` exports for views and processes to read from.
 * @example export const accountSource: Source<AccountEvent> = { category: 'account', events: accountEvents };
 */
export interface Source<E extends Message = Message> {
  readonly category: string;
  readonly events: FormatsOf<E>;
}

/** One of several sources: it has at least one of the events.
 * @example const sources: readonly SomeOf<AccountEvent | OrderEvent>[] = [accountSource, orderSource];
 */
export type SomeOf<E extends Message> = { [T in E['type']]: Source<Extract<E, { type: T }>> }[E['type']];

/** An event that a newer release wrote, so that this one cannot read it. A retry succeeds once the newer release is deployed everywhere.
 * @example if (error instanceof FromNewerRelease) throw unavailable;
 */
export class FromNewerRelease extends Error {
  override name = 'FromNewerRelease';
}

/** A stored event whose data does not fit the schema that it claims.
 * @example if (error instanceof UnreadableEvent) park(stream, error.message);
 */
export class UnreadableEvent extends Error {
  override name = 'UnreadableEvent';
}

/** Reads a stored event of any released version into today's shape.
 * @example readEvent(accountEvents, { type: 'MoneyDeposited', v: 1, data: { amount: 5 } }).data; // { amount: 5, currency: 'EUR' }
 */
export const readEvent = (formats: Formats, { type, v, data }: StoredEvent): Message => {
  const format = Object.hasOwn(formats, type) ? formats[type] : undefined;
  if (!format)
    throw new FromNewerRelease(
      `The event type ${type} is unknown to this release. If a newer release is rolling out this passes by itself; ` +
        'if not, its format is missing from events/.',
    );
  if (v > format.readable)
    throw new FromNewerRelease(
      `${type} was written as v${v}, and this release reads up to v${format.readable}. A version must be readable one ` +
        'release before it is written (`.soon()`); if a newer release is rolling out this passes by itself.',
    );
  try {
    return { type, data: format.parse(data, v) };
  } catch (cause) {
    throw new UnreadableEvent(`${type} v${v} does not fit its schema.`, { cause });
  }
};

/** True if a parse has left all of the data as it is. That is nearly always so, and seen in a tenth of the time that the differences take. */
const hasAll = (parsed: unknown, data: unknown): boolean => {
  if (Object.is(parsed, data)) return true;
  if (typeof data !== 'object' || data === null || typeof parsed !== 'object' || parsed === null) return false;
  return Object.keys(data).every((name) => hasAll(parsed[name as never], data[name as never]));
};

const plainOf = (data: unknown): unknown => replaceUnsealed(data, (_, unsealed) => Unsealed.valueIn(unsealed));

/** An event in the form in which it is stored: in the current version, checked against its schema, which must not drop any of the data. Its personal values
 * come out as `Unsealed`: they are sealed before the commit is made.
 * @example storeEvent(accountEvents, { type: 'AccountClosed', data: { reason: 'moved' } }); // { type, v: 1, data }
 */
export const storeEvent = (formats: Formats, { type, data }: Message): StoredEvent => {
  const format = Object.hasOwn(formats, type) ? formats[type] : undefined;
  if (!format) throw new Error(`The event type ${type} has no format in events/: add it there before a decider emits it.`);
  const checked = takingPlain(() => currentSchema(format).safeParse(data));
  if (!checked.success) throw new Error(`A decider made a ${type} that does not fit its schema.`, { cause: checked.error });
  const lost = !hasAll(checked.data, data) && difference(data, plainOf(checked.data)).find((change) => !('to' in change));
  if (lost)
    throw new Error(`A decider made a ${type} whose schema would drop ${lost.path}: add it to the format, or leave it out.`);
  return { type, v: format.current, data: checked.data };
};
