import { exactJson } from '../exact-json.ts';

/**
 * The most bytes of items on a page. A function's answer has 6 MB, as JSON that contains the body as a text. The largest item of a table,
 * all of it characters that JSON writes as seven bytes there, has 2.8 MB: one more than this still fits.
 */
export const pageBytes = 3_000_000;

/** The bytes of a JSON text in a function's answer, which is JSON that contains it as a text. */
export const sizeInAnswer = (json: string): number => Buffer.byteLength(JSON.stringify(json));

/** The bytes of a value in a function's answer. */
export const answerSize = (value: unknown): number => sizeInAnswer(exactJson(value) ?? '');

/** The number of items that fit into one answer: at least the first, which always fits. */
export const withinAnswer = (items: readonly unknown[], most = pageBytes): number => {
  let bytes = 0;
  const over = items.findIndex((item, i) => {
    bytes += answerSize(item);
    return i > 0 && bytes > most;
  });
  return over === -1 ? items.length : over;
};
