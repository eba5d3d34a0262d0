import { exactJson } from '../exact-json.ts';

/**
 * How many bytes of an answer's items a page has at most. A function's answer has 6 MB, as JSON that has the body as a text in it. The largest item of a
 * table, all of it characters that JSON writes as seven bytes there, has 2.8 MB: one more than this still fits.
 */
export const pageBytes = 3_000_000;

/** How many bytes a text of JSON has in a function's answer, which is JSON that has it as a text in it. */
export const sizeInAnswer = (json: string): number => Buffer.byteLength(JSON.stringify(json));

/** How many bytes a value has in a function's answer. */
export const answerSize = (value: unknown): number => sizeInAnswer(exactJson(value) ?? '');

/** How many of some items go into one answer: at least the first, which always fits. */
export const withinAnswer = (items: readonly unknown[], most = pageBytes): number => {
  let bytes = 0;
  const over = items.findIndex((item, i) => {
    bytes += answerSize(item);
    return i > 0 && bytes > most;
  });
  return over === -1 ? items.length : over;
};
