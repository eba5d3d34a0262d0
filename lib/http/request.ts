import type { Actor } from '../core/access.ts';
import type { Trail } from '../core/commit.ts';
import type { AnswerHeaders, RequestHeaders } from '../engine/headers.ts';

/** A request without gateway and token, with the caller's address truncated. */
export type HttpRequest = Readonly<{
  route: string;
  path: Readonly<Record<string, string | undefined>>;
  query: Readonly<Record<string, string | undefined>>;
  headers: RequestHeaders;
  body: string;
  actor: Actor;
  correlation: string;
  requestId: string;
  network?: string;
}>;

export type HttpResponse = Readonly<{
  status: number;
  body?: unknown;
  /** In the place of a body: a text of another media type, or one that is JSON already. */
  text?: Readonly<{ type: string; content: string }>;
  /** In the place of a body: the bytes of a file, in base64. */
  bytes?: Readonly<{ type: string; base64: string }>;
  headers?: AnswerHeaders;
}>;

/** A trace context of version 00, whose ids are not all zeros: https://www.w3.org/TR/trace-context/#traceparent-header. */
const traceContext = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The trace context of a request. An invalid traceparent is ignored, as the standard demands. */
export const trailIn = ({ correlation, headers: { traceparent } }: Pick<HttpRequest, 'correlation' | 'headers'>): Trail => ({
  correlation,
  ...(traceparent !== undefined && traceContext.test(traceparent) && { traceparent }),
});
