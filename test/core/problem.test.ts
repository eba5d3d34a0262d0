import { describe, expect, it } from 'vitest';
import { ProblemError, problemDocument } from '../../lib/core/problem.ts';

describe('a problem', () => {
  it('has its status, its title and the seconds until a retry from its kind', () => {
    const { problem } = new ProblemError({ kind: 'contended', detail: 'Others were faster.' });
    expect(problem).toEqual({ kind: 'contended', status: 409, detail: 'Others were faster.', retryAfterSeconds: 1 });
    expect(problemDocument(problem, 'c-1')).toMatchObject({
      type: 'urn:foldstream:problem:contended',
      title: 'Contended',
      status: 409,
    });
  });

  it('has the reason of a decider as its kind, if it is a refusal', () => {
    const { problem } = new ProblemError({ refused: 'insufficient-funds', detail: 'The balance is 50.', extra: { balance: 50 } });
    expect(problem).toEqual({ kind: 'insufficient-funds', status: 422, detail: 'The balance is 50.', extra: { balance: 50 } });
  });

  it('is a failed precondition, if it is refused for what its sender saw', () => {
    const { problem } = new ProblemError({ refused: 'edited-meanwhile', outdated: true, detail: 'It is red.' });
    expect(problem).toEqual({ kind: 'edited-meanwhile', status: 412, detail: 'It is red.' });
  });

  it('does not compile with a kind that the table does not have, or without a field of its kind', () => {
    // @ts-expect-error There is no such kind.
    expect(() => new ProblemError({ kind: 'not-fonud', detail: 'There is none.' })).toThrow();
    // @ts-expect-error It must say which version.
    expect(new ProblemError({ kind: 'stale-version', detail: 'It is at version 5.' }).problem.status).toBe(412);
  });
});
