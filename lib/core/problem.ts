/**
 * A problem (RFC 9457): a stable type, a status, a sentence, and details for the caller.
 * @example const problem: Problem = { kind: 'insufficient-funds', status: 422, detail: 'The balance is 50.', extra: { balance: 50 } };
 */
export type Problem = Readonly<{
  /** The last part of the problem's `type`; its words are the title. */
  kind: string;
  status: number;
  /** A sentence for a person: the fault, and the next step. */
  detail: string;
  extra?: Readonly<Record<string, unknown>>;
  retryAfterSeconds?: number;
}>;

/** Ends the handling of a request with a problem.
 * @example throw new ProblemError({ kind: 'not-found', status: 404, detail: 'There is no such account.' });
 */
export class ProblemError extends Error {
  override name = 'ProblemError';
  readonly problem: Problem;
  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.detail, options);
    this.problem = problem;
  }
}

/** A problem document's body.
 * @example problemDocument({ kind: 'not-found', status: 404, detail: '...' }, 'c-1').title; // 'Not found'
 */
export const problemDocument = (
  { kind, status, detail, extra }: Problem,
  correlation: string,
): Readonly<Record<string, unknown>> => {
  const words = kind.replaceAll('-', ' ');
  const title = words.charAt(0).toUpperCase() + words.slice(1);
  return { ...extra, type: `urn:foldstream:problem:${kind}`, title, status, detail, correlation };
};
