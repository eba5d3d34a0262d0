/** The headers of requests that the API reads: a page of another origin may send these. */
export const requestHeaders = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'If-Match',
  'If-None-Match',
  'Consistent-With',
  'Dry-Run',
  'Why',
  'X-Correlation-Id',
  'traceparent',
] as const;

export type RequestHeader = (typeof requestHeaders)[number];

/** The headers of answers that callers read, each with its meaning: a page of another origin may read these too. */
export const answerHeaders = {
  ETag: 'The version of the answer, in quotes.',
  Location: "Where to read it, relative to the request's path.",
  'Consistency-Token': 'Names the commit: a view that is asked with it in Consistent-With is not older.',
  'X-Correlation-Id': 'The id under which the log lines of the request stand.',
  'Retry-After': 'The seconds to wait before the same request is sent again.',
  Allow: 'The methods that a path takes, where the request had another one.',
} as const;

export type AnswerHeader = keyof typeof answerHeaders;

/** Headers of answers that are for caches, and that browsers let every page read. */
type CacheHeader = 'cache-control' | 'vary';

/**
 * The headers by which a browser handles an answer safely: it takes no other type for it than the one that is said, loads nothing for it, shows it
 * in no frame, tells no other site its address, and uses TLS from then on (it ignores that wish over plain HTTP).
 */
export const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=63072000',
} as const;

/** A page that loads something has a policy of its own. */
type PageHeader = 'content-security-policy';

/** An answer with a body of another type than the usual one says so itself, and how it is compressed. */
type BodyHeader = 'content-type' | 'content-encoding';

/** The header that a browser sends by itself, for files. */
type FileHeader = 'accept-encoding';

/** A request's headers, under their names in lower case. */
export type RequestHeaders = Readonly<Partial<Record<Lowercase<RequestHeader> | FileHeader, string | undefined>>>;

/** An answer's headers, under their names in lower case. */
export type AnswerHeaders = Readonly<Partial<Record<Lowercase<AnswerHeader> | CacheHeader | PageHeader | BodyHeader, string>>>;

/** The methods for which the gateway hands over the requests that no route of their own fits. `OPTIONS` is missing: browsers' preflights are the gateway's. */
export const unroutedMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** The path of these routes at the gateway. */
export const unroutedPath = '/{proxy+}';
