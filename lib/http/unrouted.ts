import { ProblemError } from '../core/problem.ts';
import { notFound } from '../engine/problems.ts';
import { problemResponse } from './problem.ts';
import type { HttpRequest, HttpResponse } from './request.ts';

/** A described operation. */
type Described = Readonly<{ method: string; path: string }>;

/** A path of the description as a pattern: each variable takes one segment. */
const patternOf = (path: string): RegExp =>
  new RegExp(`^${path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '[^/]+')}$`);

/** Answers a request that no route fits: 405 with the methods that its path takes, or 404 if it takes none. */
export const answerUnrouted = (operations: readonly Described[]) => {
  const paths = [...Map.groupBy(operations, ({ path }) => path)].map(([path, all]) => ({
    pattern: patternOf(path),
    methods: all.map(({ method }) => method.toUpperCase()).sort(),
  }));
  return ({ route, path: { proxy = '' }, correlation }: Pick<HttpRequest, 'route' | 'path' | 'correlation'>): HttpResponse => {
    const method = route.split(' ')[0] ?? '';
    const allowed = new Set(paths.flatMap(({ pattern, methods }) => (pattern.test(`/${proxy}`) ? methods : [])));
    if (allowed.size === 0 || allowed.has(method)) throw notFound(`path '/${proxy}'`);
    const allow = [...allowed].join(', ');
    const { problem } = new ProblemError({ kind: 'method-not-allowed', detail: `This path takes ${allow}, not ${method}.` });
    const answer = problemResponse(problem, correlation);
    return { ...answer, headers: { ...answer.headers, 'content-type': 'application/problem+json', allow } };
  };
};
