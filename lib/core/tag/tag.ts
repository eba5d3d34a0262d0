import type { DataOf, Message } from '../message.ts';
import type { SomeOf, Source } from '../version.ts';

/** The values of a tag that an event carries: one, several, or none.
 * @example const values: TagValues = ['c1', 'c2'];
 */
export type TagValues = string | readonly string[] | undefined;

/** The value under which an event is folded, for an event that carries several; and the id of the entity in whose stream it is stored.
 * @example const moved = (state: Course, { to }: Moved, { value }: Carried) => (value === to ? joined(state) : left(state));
 */
export type Carried = Readonly<{ value: string; id: string }>;

/**
 * A tag: which events carry it, with which value, and the state that the events of one value fold to. It is made by `tag()`.
 * @example const courses: Tag<Places, CourseEvent> = courseTag;
 */
export interface Tag<S, E extends Message = Message, Name extends string = string> {
  readonly name: Name;
  /** The tag was declared when there were such events already. Commands that decide on it are refused until `foldstream tags fill <name>` has entered those. */
  readonly late?: true;
  /** The categories whose events carry it. */
  readonly from: readonly SomeOf<E>[];
  /** By event type: the values that an event carries. `id` is the id of the entity in whose stream it is stored. Values are opaque ids, never personal
   * data: a key cannot be erased. */
  readonly of: { readonly [T in E['type']]?: (data: DataOf<E, T>, id: string) => TagValues };
  readonly initial: S;
  readonly evolve: { readonly [T in E['type']]?: (state: S, data: DataOf<E, T>, carried: Carried) => S };
}

/** Any tag, for code that is driven by a manifest and knows no domain.
 * @example const names = (decider.tags ?? []).map((each: AnyTag) => each.name);
 */
export interface AnyTag {
  readonly name: string;
  readonly late?: true;
  readonly from: readonly Source[];
  readonly of: Readonly<Record<string, ((data: never, id: string) => TagValues) | undefined>>;
  readonly initial: unknown;
  readonly evolve: Readonly<Record<string, ((state: never, data: never, carried: Carried) => unknown) | undefined>>;
}

/** The tags that a command decides on: by name, the values. `id` is the id of the stream that the command is sent to.
 * @example const tags: CommandTags<{ student: string }> = { student: ({ student }) => student };
 */
export type CommandTags<T> = Readonly<Record<string, (data: T, id: string) => string | readonly string[]>>;

/**
 * The states of the tags that a command decides on, by name: one state where it names one value, a record by value where it names a list.
 * @example type Course = TagStates<{ course: (data: { course: string }) => string }, readonly [typeof courseTag]>['course'];
 */
export type TagStates<Named extends CommandTags<never>, Tags extends readonly AnyTag[]> = {
  readonly [Name in keyof Named]: ReturnType<Named[Name]> extends string
    ? StateOf<Tags, Name>
    : Readonly<Record<string, StateOf<Tags, Name>>>;
};
type StateOf<Tags extends readonly AnyTag[], Name> = Extract<Tags[number], { readonly name: Name }>['initial'];

/**
 * Declares a tag. Its state is the fold of the events that carry one value of it, in the order in which they took effect. There is no order between the
 * events of different values, so that no decision can depend on one.
 * @example
 * export const studentTag = tag<Student, EnrolmentEvent>()({
 *   name: 'student', from: [enrolmentSource], of: { StudentEnrolled: ({ student }) => student },
 *   initial: { courses: 0 }, evolve: { StudentEnrolled: ({ courses }) => ({ courses: courses + 1 }) },
 * });
 */
export const tag =
  <S, E extends Message>() =>
  <const Name extends string>(declared: Tag<S, E, Name>): Tag<S, E, Name> =>
    declared;
