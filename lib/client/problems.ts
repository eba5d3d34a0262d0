/** The part of a type that is the same for all problems of the API. */
const urn = 'urn:foldstream:problem:';

type Fields = Readonly<Record<string, unknown>>;

/** An answer of the API that is no success, or none at all. */
export class ApiError extends Error {
  override name = 'ApiError';
}

/** No answer came: the network failed, or no attempt was answered in time. A command may have taken effect all the same. */
export class Unreachable extends ApiError {
  override name = 'Unreachable';
}

/** A problem that the API answers, or the gateway in front of it. Its message is the sentence for people. */
export class Problem extends ApiError {
  override name = 'Problem';
  readonly status: number;
  /** The problem's name, such as `not-found`; empty if the gateway answered. */
  readonly kind: string;
  /** The id under which the log lines of the request stand. */
  readonly correlation: string | undefined;
  /** The fields that problems of this kind have beside the common ones. */
  readonly fields: Fields;

  constructor(status: number, document: Fields) {
    const { type, title, status: _, detail, instance: __, correlation, ...fields } = document;
    super(String(detail ?? title ?? document.message ?? `The API answered with status ${status}.`));
    this.status = status;
    this.kind = typeof type === 'string' && type.startsWith(urn) ? type.slice(urn.length) : '';
    this.correlation = typeof correlation === 'string' ? correlation : undefined;
    this.fields = fields;
  }
}

/** The decider refuses the command: `command.refused(error)` tells the reasons of that command. With status 412 its sender saw an older state. */
export class Refused<Reason extends string = string, Detail extends object = Fields> extends Problem {
  override name = 'Refused';
  readonly reason = this.kind as Reason;
  readonly detail = this.fields as unknown as Detail;
}

/** The request is not valid; `errors` says where. */
export class Invalid extends Problem {
  override name = 'Invalid';
  readonly errors = (this.fields.errors ?? []) as readonly Readonly<{ path: string; reason: string }>[];
}

/** There is no token, or one that is not accepted. */
export class Unauthorized extends Problem {
  override name = 'Unauthorized';
}

/** It belongs to somebody else, or needs another role. */
export class NotYours extends Problem {
  override name = 'NotYours';
}

export class NotFound extends Problem {
  override name = 'NotFound';
}

/** The state of the server does not allow it now, also after the retries. */
export class Conflict extends Problem {
  override name = 'Conflict';
}

/** The stream is not at the expected version, but at `version`. */
export class Stale extends Problem {
  override name = 'Stale';
  readonly version = Number(this.fields.version);
}

export class TooManyRequests extends Problem {
  override name = 'TooManyRequests';
}

/** The server could not answer, also after the retries: a command may have taken effect. */
export class Unavailable extends Problem {
  override name = 'Unavailable';
}

const byStatus: Readonly<Record<number, typeof Problem>> = {
  400: Invalid,
  401: Unauthorized,
  403: NotYours,
  404: NotFound,
  409: Conflict,
  412: Stale,
  429: TooManyRequests,
};

/** 422, and 412 of a command that says what its sender saw. */
const refusalStatuses = [422, 412];
/** Problems with the status of a refusal that the product itself answers. */
const noRefusals = ['stale-version', 'idempotency-key-reused', 'too-far-back', 'too-many-rows', 'answer-too-large'];

/** The problem that an answer is. */
export const problemOf = (status: number, document: Fields): Problem => {
  const problem = new Problem(status, document);
  if (refusalStatuses.includes(status) && problem.kind !== '' && !noRefusals.includes(problem.kind))
    return new Refused(status, document);
  const Kind = status >= 500 ? Unavailable : (byStatus[status] ?? Problem);
  return new Kind(status, document);
};
