import { isOpen } from '../../lib/core/access.ts';
import type { Manifest } from '../../lib/core/manifest.ts';
import { kebab } from '../../lib/core/stream.ts';
import type { Ask } from './ask.ts';

/** A request as the gateway hands it on: by the route of its own that what anyone may has, where no token is looked at; undefined where one is missing. */
export const routed = (manifest: Manifest) => {
  const commands = manifest.aggregates.flatMap(({ category, commands }) =>
    Object.entries(commands).flatMap(([type, { may }]) => (isOpen(may) ? [`POST /${category}/{id}/${kebab(type)}`] : [])),
  );
  const views = manifest.projections.flatMap(({ name, may }) => (isOpen(may) ? [`GET /views/${name}`] : []));
  const open = new Set(['GET /health', ...commands, ...views, ...views.map((route) => `${route}/{id}`)]);
  return (ask: Ask): Ask | undefined => {
    const { command, view, ...path } = ask.path;
    const route = ask.route.replace('{command}', command ?? '').replace('{view}', view ?? '');
    if (open.has(route)) return { ...ask, route, path, who: undefined };
    return ask.who === undefined ? undefined : ask;
  };
};
