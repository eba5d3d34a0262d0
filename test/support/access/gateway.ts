import { verifiedToken } from '../verified-token.ts';
import type { JwtConfiguration, TestIssuer } from './issuer.ts';
import type { Answered, Cell } from './matrix.ts';

/** A route of a deployed template. */
export type Route = Readonly<{ RouteKey: string; AuthorizationType: string }>;

type Handle = (event: object) => Promise<Answered>;

const unauthorized: Answered = { status: 401, text: '{"message":"Unauthorized"}' };
const notFound: Answered = { status: 404, text: '{"message":"Not Found"}' };

/** The values of a route's parameters in a path, if the path fits. */
const parametersIn = (route: string, path: string): Readonly<Record<string, string>> | undefined => {
  if (route.endsWith('/{proxy+}')) {
    const above = route.slice(0, -'{proxy+}'.length);
    return path.startsWith(above) && path !== above ? { proxy: path.slice(above.length) } : undefined;
  }
  const [own, given] = [route.split('/'), path.split('/')];
  if (own.length !== given.length) return undefined;
  const pairs = own.map((part, i) => [part, given[i]!] as const);
  const isParameter = (part: string) => part.startsWith('{');
  return pairs.every(([part, value]) => isParameter(part) || part === value)
    ? Object.fromEntries(pairs.filter(([part]) => isParameter(part)).map(([part, value]) => [part.slice(1, -1), value]))
    : undefined;
};

/** API Gateway as its documentation has it: the most specific route, and a JWT authorizer that verifies what it says that it verifies. */
export const gateway =
  (routes: readonly Route[], authorizer: JwtConfiguration, issuer: TestIssuer, handle: Handle) =>
  async ({ method, path: address, body, headers }: Cell, token: string | undefined): Promise<Answered> => {
    const { pathname, searchParams } = new URL(address, 'http://gateway');
    const fitting = routes.flatMap((route) => {
      const [verb, path = ''] = route.RouteKey.split(' ');
      const pathParameters = verb === method ? parametersIn(path, pathname) : undefined;
      return pathParameters ? [{ ...route, pathParameters }] : [];
    });
    const breadth = ({ RouteKey, pathParameters }: (typeof fitting)[number]) =>
      RouteKey.endsWith('/{proxy+}') ? 1_000_000 - RouteKey.length : Object.keys(pathParameters).length;
    const [route] = fitting.toSorted((a, b) => breadth(a) - breadth(b));
    if (!route) return notFound;
    const claims = token === undefined ? undefined : issuer.verified(token, authorizer);
    const guarded = route.AuthorizationType === 'JWT';
    if (guarded && !claims) return unauthorized;
    return handle({
      routeKey: route.RouteKey,
      pathParameters: route.pathParameters,
      queryStringParameters: Object.fromEntries(searchParams),
      headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      body: body && JSON.stringify(body),
      requestContext: {
        requestId: 'r',
        http: { sourceIp: '203.0.113.7' },
        ...(guarded && claims && { authorizer: verifiedToken(claims).authorizer }),
      },
    });
  };
