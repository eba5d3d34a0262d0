const category = /^[A-Za-z]{1,40}$/;
const id = /^[A-Za-z0-9](?:[A-Za-z0-9_.~-]{0,126}[A-Za-z0-9])?$/;

/** The form of an id in words, for messages and the reference.
 * @example throw new Error(`An id has ${idRule}.`);
 */
export const idRule = '1 to 128 of A-Z a-z 0-9 - _ . ~, beginning and ending with a letter or a digit';

/**
 * True if a string can be the name of a category: 1 to 40 letters.
 * @example isCategory('account'); // true
 */
export const isCategory = (name: string): boolean => category.test(name);

/**
 * True if a string can be an id within a category.
 * @example isId('7f3a'); // true
 */
export const isId = (name: string): boolean => id.test(name);

/** The name of a stream: its category, a hyphen, its id. A category has no hyphen, so the first one separates.
 * @example streamName('account', '7f3a'); // 'account-7f3a'
 */
export const streamName = (categoryName: string, streamId: string): string => `${categoryName}-${streamId}`;

/**
 * Splits a stream's name; undefined if it is not one.
 * @example parseStream('account-7f3a'); // { category: 'account', id: '7f3a' }
 */
export const parseStream = (stream: string): Readonly<{ category: string; id: string }> | undefined => {
  const hyphen = stream.indexOf('-');
  const parsed = { category: stream.slice(0, hyphen), id: stream.slice(hyphen + 1) };
  return hyphen > 0 && isCategory(parsed.category) && isId(parsed.id) ? parsed : undefined;
};

/** The words of a PascalCase name, with hyphens: how commands and refusals appear in URLs and problems.
 * @example kebab('CloseAccount'); // 'close-account'
 */
export const kebab = (name: string): string => name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();

/** A hyphenated name in PascalCase: how categories and views appear in logical ids and in a deployment's outputs.
 * @example pascal('account-balance'); // 'AccountBalance'
 */
export const pascal = (name: string): string => name.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** A capital letter.
 * @example const initial: Capital = 'A';
 */
export type Capital =
  | 'A'
  | 'B'
  | 'C'
  | 'D'
  | 'E'
  | 'F'
  | 'G'
  | 'H'
  | 'I'
  | 'J'
  | 'K'
  | 'L'
  | 'M'
  | 'N'
  | 'O'
  | 'P'
  | 'Q'
  | 'R'
  | 'S'
  | 'T'
  | 'U'
  | 'V'
  | 'W'
  | 'X'
  | 'Y'
  | 'Z';

/** The type of what `kebab` makes of a name of letters and digits.
 * @example type Path = Kebab<'CloseAccount'>; // 'close-account'
 */
export type Kebab<
  Name extends string,
  Before extends string = Capital,
  Made extends string = '',
> = Name extends `${infer Letter}${infer Rest}`
  ? Kebab<Rest, Letter, `${Made}${Letter extends Capital ? (Before extends Capital | '-' ? '' : '-') : ''}${Lowercase<Letter>}`>
  : Made;

/** First segments of paths that the product itself uses, and the kernel's own categories: no aggregate has such a name.
 * @example reserved.includes('views'); // true
 */
export const reserved: readonly string[] =
  'views streams ops hooks health docs process schedule unique tag anyone subjects subject'.split(' ');
