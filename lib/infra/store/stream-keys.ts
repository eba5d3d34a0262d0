import type { AnyDecider } from '../../core/decider.ts';
import { completionStream, tagCategory, tagsIn } from '../../core/tag/stream.ts';

export const categoryOf = ({ category }: AnyDecider) => category;

/** The forms of the names of some categories' streams. */
export const streamsOf = (categories: readonly string[]) => categories.map((name) => `${name}-*`);

/** The forms of the names of the streams in which the events of some deciders are entered: those of the tags that they carry or decide on. */
export const tagStreamsOf = (deciders: readonly AnyDecider[]) => tagsIn(deciders).map(({ name }) => `${tagCategory}-${name}.*`);

/** The names of the streams that say which late tags of some deciders are complete. */
export const completionsOf = (deciders: readonly AnyDecider[]) =>
  tagsIn(deciders).flatMap(({ name, late }) => (late ? [completionStream(name)] : []));

/** The partition keys that a request names must all be of these forms. The condition holds for each Put of a transaction as well. */
export const onlyKeys = (forms: readonly string[]) => ({ 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': forms } });

/** The forms of the names of the streams in which the unique values of some deciders are claimed. */
export const uniqueOf = (deciders: readonly AnyDecider[]) =>
  deciders.flatMap(({ category, unique }) => (unique === undefined ? [] : [`unique-${category}.*`]));
