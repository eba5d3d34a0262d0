import { pointerTo } from '../../core/difference.ts';
import type { Erased } from '../../core/personal/opened.ts';
import { isSealed, isSealedLike, NotSealed, partsOf, type Sealed, type SealedParts } from '../../core/personal/sealed.ts';
import { fromBase64Url, textOf } from './bytes.ts';
import { aadOf } from './place.ts';
import { DoesNotOpen, type Opening, type PrivateHalf } from './ports.ts';

/** What a reader sees in place of the values of an erased subject. */
export const erasedMark: Erased = { erased: true };

/** A sealed value that cannot be opened. Its value is not shown, and no other one in its place. */
export class CannotOpen extends Error {
  override name = 'CannotOpen';
  /** Where it was met, as a JSON pointer into what was to be opened. */
  readonly place: string;
  constructor(why: string, path: readonly string[], options?: ErrorOptions) {
    super(why, options);
    this.place = pointerTo(path);
  }
}

/** The place at which a value is expected, as far as the reader knows it: one that was moved there from elsewhere is refused. */
export type Expected = (parts: SealedParts, path: readonly string[]) => string | undefined;

const anywhere: Expected = () => undefined;

const openOne = async ({ box }: Opening, half: PrivateHalf, parts: SealedParts, path: readonly string[]): Promise<unknown> => {
  const { subject, version, at } = parts;
  try {
    const value = { ciphertext: fromBase64Url(parts.ciphertext), aad: aadOf(parts) };
    return JSON.parse(textOf(await box.open(half, fromBase64Url(parts.encapsulation), value)));
  } catch (cause) {
    if (!(cause instanceof DoesNotOpen)) throw cause;
    throw new CannotOpen(
      `The personal value of ${subject} from ${at[0]}, ${at[2]}, does not open with version ${version} of the subject's key: it was altered, cut, or moved there from elsewhere.`,
      path,
      { cause },
    );
  }
};

const openedValue = async (opening: Opening, value: Sealed, path: readonly string[], expected: Expected): Promise<unknown> => {
  const parts = partsOf(value);
  const fault = expected(parts, path);
  if (fault !== undefined) throw new CannotOpen(`The personal value of ${parts.subject} is at the wrong place: ${fault}.`, path);
  const half = await opening.keys.privateHalf(parts.subject, parts.version);
  if (half === 'erased') return erasedMark;
  if (!half)
    throw new CannotOpen(
      `The subject ${parts.subject} has no version ${parts.version} of its key: the value is of another deployment, or the keys table was replaced.`,
      path,
    );
  return openOne(opening, half, parts, path);
};

/**
 * JSON with each sealed value opened: the value itself, or `{ "erased": true }` where its subject is erased. What does not open is an error (`CannotOpen`),
 * never another value.
 */
export const opened = async (
  opening: Opening,
  value: unknown,
  expected: Expected = anywhere,
  path: readonly string[] = [],
): Promise<unknown> => {
  if (typeof value !== 'object' || value === null) return value;
  if (isSealed(value)) return openedValue(opening, value, path, expected);
  if (isSealedLike(value)) {
    const why = 'A sealed value is damaged, or was taken out of its commit: it cannot be opened.';
    throw new CannotOpen(why, path, { cause: new NotSealed(why) });
  }
  if (Array.isArray(value))
    return Promise.all(value.map((element, i) => opened(opening, element, expected, [...path, String(i)])));
  const entries = Object.entries(value).map(
    async ([name, element]) => [name, await opened(opening, element, expected, [...path, name])] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
};
