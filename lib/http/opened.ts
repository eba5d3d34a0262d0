import { ProblemError } from '../core/problem.ts';
import { CannotOpen, opened } from '../engine/personal/open.ts';
import type { Opening } from '../engine/personal/ports.ts';

/**
 * What is opened of an answer. A value that does not open fails the whole answer: a mark in its place could be taken for an erasure, and the caller would go on
 * without knowing that something was altered.
 */
export const whichOpens = async <T>(open: () => Promise<T>): Promise<T> => {
  try {
    return await open();
  } catch (cause) {
    if (!(cause instanceof CannotOpen)) throw cause;
    const { place } = cause;
    const detail = `The personal value at ${place} does not open: it was altered or moved, or its key is of another deployment. Answers without it are not affected: read the others by id, or from another page. An operator finds the cause by: foldstream logs <correlation>`;
    throw new ProblemError({ kind: 'does-not-open', detail, extra: { place } }, { cause });
  }
};

/** A body with its personal values opened. */
export const openedBody = (opening: Opening, body: object): Promise<object> =>
  whichOpens(async () => (await opened(opening, body)) as object);
