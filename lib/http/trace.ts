import type { Trace } from '../engine/history/trace.ts';
import type { HttpRequest, HttpResponse } from './request.ts';

/** Reads the trace of a correlation. */
export type TraceReader = (correlation: string) => Promise<Trace>;

/** Answers `GET /ops/trace/{correlation}`; undefined for every other route. */
export const answerTrace = async (trace: TraceReader, { route, path }: HttpRequest): Promise<HttpResponse | undefined> =>
  route === 'GET /ops/trace/{correlation}' ? { status: 200, body: await trace(path.correlation ?? '') } : undefined;
