import * as z from 'zod';

/** A kind of problem: its status, the cause in a sentence, and the fields that its document has beside the common ones. */
export type ProblemKind = Readonly<{
  status: number;
  when: string;
  fields?: z.ZodRawShape;
  /** The seconds after which the same request may be sent again, unless the problem itself says otherwise. */
  retryAfterSeconds?: number;
}>;

const errors = { errors: z.array(z.object({ path: z.string(), reason: z.string() })) };
const instance = { instanceStatus: z.string() };

/**
 * Every problem that the product itself answers: a `ProblemError` takes its status from here, and the API's description all of it. A refusal is not
 * listed, since its type is the reason that the decider gives.
 * @example problemKinds['stale-version'].status; // 412
 */
export const problemKinds = {
  'not-json': { status: 400, when: 'The body is not JSON, or not UTF-8.' },
  'invalid-command': { status: 400, when: "The body does not fit the command's schema.", fields: errors },
  'invalid-request': { status: 400, when: 'An id, a header, a parameter or the body is not valid.', fields: errors },
  unauthorized: { status: 401, when: 'The token is no access token, or names nobody.' },
  'bad-signature': { status: 401, when: 'The signature of a hook does not fit, or is too old.' },
  'not-yours': { status: 403, when: 'It belongs to somebody else, or takes another role.' },
  'not-found': { status: 404, when: 'It does not exist.' },
  'needs-an-id': { status: 404, when: 'The view is read by id, not as a list.' },
  'no-event-log': { status: 404, when: 'A trace is read from the event log, and the manifest has none.' },
  'method-not-allowed': { status: 405, when: 'The path takes other methods: the header `Allow` names them.' },
  contended: { status: 409, when: 'Others changed the stream at each try. Send it again.', retryAfterSeconds: 1 },
  'not-parked': {
    status: 409,
    when: 'Nothing is parked here, so there is nothing to resume.',
    fields: { instanceStatus: z.string().optional() },
  },
  'not-stuck': { status: 409, when: 'The instance has no refused command to send again.', fields: instance },
  'not-stuck-or-parked': {
    status: 409,
    when: 'The instance does not stand still, so there is nothing to resolve.',
    fields: instance,
  },
  'not-unanswered': {
    status: 409,
    when: 'The outcome of the performance is known.',
    fields: { performanceStatus: z.string() },
  },
  'rebuild-running': { status: 409, when: 'The view has a rebuild running.', fields: { rebuild: z.string() } },
  'nothing-to-rebuild': { status: 409, when: 'The revision answers already.' },
  'not-built': { status: 409, when: 'The revision is still being built.' },
  'not-running': { status: 409, when: 'The rebuild is over.' },
  'nothing-to-roll-back': { status: 409, when: 'No other revision answered before this one.' },
  'not-deployed': { status: 409, when: 'The revision is not deployed any more.' },
  'switched-meanwhile': { status: 409, when: 'Somebody else switched the view at the same time.' },
  'tag-incomplete': {
    status: 409,
    when: 'The command decides on a tag that lacks events from before it was declared. Send it again when they are entered.',
    retryAfterSeconds: 60,
  },
  'revision-gone': { status: 410, when: 'The page token is of a revision that is not deployed any more. Begin anew without it.' },
  'stream-purged': { status: 410, when: 'The stream was purged: its history was removed for good, and takes no command again.' },
  'stale-version': { status: 412, when: 'The stream is not at the version in If-Match.', fields: { version: z.int() } },
  'body-too-large': { status: 413, when: 'The body has over 262,144 bytes, or over the limit of its route.' },
  'commit-too-large': {
    status: 413,
    when: 'The command would make a commit that is too large, or be decided on too many streams.',
  },
  'not-stored': {
    status: 424,
    when: 'Another command of the atomic batch was refused, so that none was stored.',
    fields: { because: z.array(z.int()) },
  },
  'idempotency-key-reused': { status: 422, when: 'The Idempotency-Key was used for another request.' },
  'too-far-back': {
    status: 422,
    when: 'The moment is too far from any snapshot of a long stream.',
    fields: { stream: z.string(), reached: z.int() },
  },
  'too-many-rows': { status: 422, when: 'The streams in Consistent-With have too many rows for a list. Read them by id.' },
  'answer-too-large': { status: 422, when: 'The answer would have over 5.9 MB. Ask for less.' },
  'too-many-requests': { status: 429, when: 'One caller sends more than they may. Wait for Retry-After.', retryAfterSeconds: 1 },
  'does-not-open': {
    status: 500,
    when: 'A personal value was altered or moved, or its key is of another deployment: `place` is a JSON pointer into the answer.',
    fields: { place: z.string() },
  },
  internal: { status: 500, when: 'A fault on the side of the server.' },
  unavailable: { status: 503, when: 'Something is busy or away. Send the same request again.', retryAfterSeconds: 1 },
  'not-consistent-yet': {
    status: 503,
    when: 'The view has not reached the commit in Consistent-With. Send the same request again.',
    fields: { stream: z.string(), commit: z.int(), reached: z.int() },
    retryAfterSeconds: 1,
  },
  'view-is-being-built': {
    status: 503,
    when: 'No revision of the view answers yet.',
    retryAfterSeconds: 60,
    fields: {
      view: z.string(),
      rebuild: z.string().optional(),
      state: z.string().optional(),
      commits: z.int().optional(),
      aboutCommits: z.int().optional(),
    },
  },
  'stream-parked': {
    status: 503,
    when: 'The view stopped the stream before the commit in Consistent-With, until an operator resumes it.',
    fields: { stream: z.string(), commit: z.int(), parkedAt: z.int() },
    retryAfterSeconds: 60,
  },
} as const satisfies Readonly<Record<string, ProblemKind>>;

export type ProblemName = keyof typeof problemKinds;

/** The status of a refusal of a decider. */
export const refusalStatus = 422;

/** The status of a refusal by `outdated()`: what the command says that its sender saw is a precondition. */
export const outdatedStatus = 412;

/** A problem's type in words, which is its title.
 * @example titleOf('stale-version'); // 'Stale version'
 */
export const titleOf = (kind: string): string => {
  const words = kind.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** A problem's type as its document has it.
 * @example typeOf('stale-version'); // 'urn:foldstream:problem:stale-version'
 */
export const typeOf = (kind: string): string => `urn:foldstream:problem:${kind}`;

/**
 * A problem (RFC 9457): a stable type, a status, a sentence, and details for the caller.
 * @example const { kind, status }: Problem = error.problem;
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

type Kinds = typeof problemKinds;
type FieldsOf<K extends ProblemName> = Kinds[K] extends { fields: infer F extends z.ZodRawShape }
  ? z.infer<z.ZodObject<F>>
  : never;
type Extra<K extends ProblemName> = [FieldsOf<K>] extends [never]
  ? { extra?: never }
  : Record<never, never> extends FieldsOf<K>
    ? { extra?: FieldsOf<K> }
    : { extra: FieldsOf<K> };

/**
 * A problem of a known kind: its status, and the fields that it must have, follow from the kind.
 * @example const stale: KnownProblem<'stale-version'> = { kind: 'stale-version', detail: 'It is at version 5.', extra: { version: 5 } };
 */
export type KnownProblem<K extends ProblemName = ProblemName> = {
  [N in K]: Readonly<{ kind: N; detail: string; retryAfterSeconds?: number }> & Readonly<Extra<N>>;
}[K];

/**
 * A refusal of a decider, as a problem: its kind is the reason.
 * @example const refused: RefusedProblem = { refused: 'insufficient-funds', detail: 'The balance is 50.', extra: { balance: 50 } };
 */
export type RefusedProblem = Readonly<{
  kind?: undefined;
  refused: string;
  outdated?: true;
  detail: string;
  extra?: Readonly<Record<string, unknown>>;
}>;

const problemFor = (one: KnownProblem | RefusedProblem): Problem => {
  if (one.kind === undefined) {
    const { refused, outdated, kind: _, ...rest } = one;
    return { kind: refused, status: outdated ? outdatedStatus : refusalStatus, ...rest };
  }
  const { status, retryAfterSeconds }: ProblemKind = problemKinds[one.kind];
  return { ...(retryAfterSeconds !== undefined && { retryAfterSeconds }), ...one, status };
};

/** Ends the handling of a request with a problem.
 * @example throw new ProblemError({ kind: 'not-found', detail: 'There is no such account.' });
 */
export class ProblemError extends Error {
  override name = 'ProblemError';
  readonly problem: Problem;
  constructor(problem: KnownProblem | RefusedProblem, options?: ErrorOptions) {
    super(problem.detail, options);
    this.problem = problemFor(problem);
  }
}

/** A problem document's body.
 * @example problemDocument(error.problem, 'c-1').title; // 'Not found'
 */
export const problemDocument = (
  { kind, status, detail, extra }: Problem,
  correlation: string,
): Readonly<Record<string, unknown>> => ({ ...extra, type: typeOf(kind), title: titleOf(kind), status, detail, correlation });
