import { isSealedLike, type SealedParts } from './sealed.ts';

/**
 * A plain value with all that a sealed one tells: it stands in a line of an export or an import where no schema says whose it is, as in what a process has
 * taken over from an event. Format of 2026-11.
 */
export type Given = Readonly<{
  '~': Readonly<{ plain: unknown; find?: true }>;
  of: string;
  at: SealedParts['at'];
}>;

/** A plain value at the place of a sealed one.
 * @example givenOf(partsOf(row.email), 'made-up@example.com').of; // 'ada'
 */
export const givenOf = (
  { hashedFor, subject, at }: Pick<SealedParts, 'hashedFor' | 'subject' | 'at'>,
  plain: unknown,
): Given => ({
  '~': { plain, ...(hashedFor === 'deployment' && { find: true }) },
  of: subject,
  at,
});

/** True for a plain value at the place of a sealed one.
 * @example isGiven({ '~': { plain: 'x' }, of: 'ada', at: ['customer-ada/1', 'CustomerRegistered', '/email'] }); // true
 */
export const isGiven = (value: unknown): value is Given => {
  if (!isSealedLike(value) || typeof value['~'] !== 'object' || value['~'] === null) return false;
  const { of, at, ...rest } = value as Readonly<Record<string, unknown>>;
  const isPlace = Array.isArray(at) && at.length === 3 && at.every((part) => typeof part === 'string');
  return 'plain' in value['~'] && typeof of === 'string' && of !== '' && isPlace && Object.keys(rest).length === 1;
};
