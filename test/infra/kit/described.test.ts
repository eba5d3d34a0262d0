import { expect, test } from 'vitest';
import { isOpen } from '../../../lib/core/access.ts';
import type { Manifest } from '../../../lib/core/manifest.ts';
import { operationsOf } from '../../../lib/http/openapi/document.ts';
import { deployed, manifest, openManifest, synthesized } from '../support/deployed.ts';

/** The gateway's routes of a deployment, and whether each asks for a token. */
const routesOf = ({ template }: ReturnType<typeof deployed>): ReadonlyMap<string, boolean> =>
  new Map(
    Object.values(template.findResources('AWS::ApiGatewayV2::Route')).map(({ Properties: { RouteKey, AuthorizationType } }) => [
      String(RouteKey),
      AuthorizationType === 'JWT',
    ]),
  );

/** A route of the gateway takes an operation if its segments are the same, or variables. The one with the most of the same segments does. */
const routeOf = (routes: ReadonlyMap<string, boolean>, method: string, path: string): string | undefined => {
  const segments = path.split('/');
  const same = (route: string) => {
    const [verb, pattern = ''] = route.split(' ');
    const parts = pattern.split('/');
    const fits =
      verb === method.toUpperCase() &&
      parts.length === segments.length &&
      parts.every((part, i) => part === segments[i] || part.startsWith('{'));
    return fits ? parts.filter((part, i) => part === segments[i]).length : -1;
  };
  const [best] = [...routes.keys()].filter((route) => same(route) >= 0).sort((a, b) => same(b) - same(a));
  return best;
};

test.each<[string, Manifest, ReturnType<typeof deployed>]>([
  ['the reference application', manifest, deployed()],
  ['a manifest with routes for anyone', openManifest, synthesized('dev', {}, openManifest)],
])('the API of %s is described as it is deployed: every route, and whether it asks for a token', (_, of, deployment) => {
  const routes = routesOf(deployment);
  const taken = operationsOf(of).map(({ method, path, may }) => {
    const route = routeOf(routes, method, path);
    expect(route, `${method} ${path}`).toBeDefined();
    expect(routes.get(route ?? ''), `${method} ${path}`).toBe(!isOpen(may));
    return route;
  });
  // What no operation of the description fits is answered under these.
  const rest = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'].map((method) => `${method} /{proxy+}`);
  expect([...routes.keys()].filter((route) => !taken.includes(route))).toEqual(rest);
});
