import type { CommandFormat, CommandOf, Decider, NamedTags } from '../decider.ts';
import type { DataOf, Message } from '../message.ts';
import type { Plain, Sealed } from '../personal/sealed.ts';
import type { AnyTag, TagStates } from '../tag/tag.ts';
import type { AnyRefusal, CallsOf, Checked, ContextOf, RefusalsBy, Rest, Wrong } from './decider.ts';

type Formats = Readonly<Record<string, CommandFormat<unknown>>>;

type Decide<S, F extends Formats, E extends Message, Tags extends readonly AnyTag[]> = {
  readonly [T in keyof F & string]: (
    state: S,
    data: DataOf<CommandOf<F>, T>,
    context: ContextOf<F[T]> & Readonly<{ tags: TagStates<NamedTags<F[T]>, Tags> }>,
  ) => readonly Plain<E>[] | AnyRefusal;
};

/** The names that commands decide on and that are no tags of the boundary. */
type Strange<F extends Formats, Tags extends readonly AnyTag[]> = Exclude<
  { [T in keyof F]: keyof NamedTags<F[T]> & string }[keyof F],
  Tags[number]['name']
>;

/** The compiler reports a fault where the declaration has its category, as for an aggregate. */
type CheckedTags<F extends Formats, Tags extends readonly AnyTag[]> = [Strange<F, Tags>] extends [never]
  ? unknown
  : Wrong<`A command decides on '${Strange<F, Tags>}': add it to \`tags\`.`>;

/**
 * Declares a boundary: an aggregate whose commands also decide on the tags that they name. `decide` is given the state of each in `context.tags`. The
 * events are appended only if none of those tags has got another event since; otherwise the command is decided again. Events are appended to the streams
 * of the tags that they carry, in the same transaction. A condition on everything, without a tag, cannot be declared.
 * @example
 * export const enrolment = boundary<Enrolment, EnrolmentEvent>()({
 *   category: 'enrolment', events: enrolmentEvents, tags: [courseTag, studentTag], initial: {},
 *   commands: { Enrol: command(['user'], z.strictObject({ course, student }), { tags: { course: ({ course }) => course } }) },
 *   decide: { Enrol: (_, data, { tags: { course } }) => course.taken < course.places ? [{ type: 'StudentEnrolled', data }] : refuse('course-full') },
 *   evolve: { StudentEnrolled: (_, data) => data },
 * });
 */
export const boundary =
  <S, E extends Message>() =>
  <
    const Category extends string,
    F extends Formats,
    const Tags extends readonly [AnyTag, ...AnyTag[]],
    D extends Decide<S, F, E, Tags>,
    const Unique extends string = never,
  >(
    declared: Rest<S, E> &
      Readonly<{
        category: Category & Checked<F, D, E> & CheckedTags<F, Tags>;
        commands: F;
        tags: Tags;
        decide: D;
        unique?: Readonly<Record<Unique, (state: S) => string | Sealed | undefined>>;
      }>,
  ): Decider<S, CommandOf<F>, E, Category, CallsOf<F, D, Unique>, RefusalsBy<F, D, Unique>> =>
    declared as never;
