import { isPublic } from '../../lib/core/access.ts';
import type { Manifest } from '../../lib/core/manifest.ts';
import { decidersOf } from '../../lib/core/process/decider.ts';
import { kebab, parseStream } from '../../lib/core/stream.ts';
import type { Dice } from '../../lib/testing/simulation/dice.ts';
import { schemaWorkload } from '../../lib/testing/simulation/schema-workload.ts';
import { type Answered, type Ask, bodyOf, type Person } from './ask.ts';
import { forged, spoil, strangeText } from './spoil.ts';

/** Values of one kind that answers have shown, the newest of them: they are sent again, also where they do not belong. */
const memory = <T>(most = 200) => {
  const values: T[] = [];
  return {
    add: (value: T) => {
      values.push(value);
      if (values.length > most) values.shift();
    },
    any: (dice: Dice): T | undefined => (values.length === 0 ? undefined : dice.pick(values)),
  };
};
const texts = () => {
  const { add, any } = memory<string>();
  return { any, add: (value: unknown) => (typeof value === 'string' && value !== '' ? add(value) : undefined) };
};

/** Owners ask most, so that there is something to be asked for. */
const crowd: readonly Person[] = ['ada', 'ada', 'ada', 'ada', 'bob', 'bob', 'operator', 'operator', 'operator', undefined];

const optional = (name: string, value: string | undefined) => (value === undefined ? {} : { [name]: value });

/** Makes requests of all routes that a manifest has, out of what earlier answers have shown. */
export const asking = (
  manifest: Manifest,
  dice: Dice,
  { isThere, prefix = '' }: Readonly<{ isThere: (route: string) => boolean; prefix?: string }>,
) => {
  const workload = schemaWorkload(manifest);
  const views = manifest.projections.filter(({ may }) => isPublic(may));
  const categories = decidersOf(manifest).map(({ category }) => category);
  const [ids, cursors, tokens, tags, versions, keys, owners, rebuilds, correlations] = Array.from({ length: 9 }, texts);
  /** Pages that had more behind them, and commands with a key. */
  const [walks, commands] = [memory<Ask>(), memory<Ask>()];
  const idOf = () => `${prefix}${dice.pick(['1', '1', '2', '3', '4', '5'])}`;
  const anyId = () => (dice.chance(0.3) ? (ids!.any(dice) ?? idOf()) : idOf());
  const isOpen = ({ category, type }: ReturnType<typeof workload>) =>
    isPublic(manifest.aggregates.find((each) => each.category === category)?.commands[type]?.may ?? []);
  const made = (): ReturnType<typeof workload> => {
    for (let i = 0; i < 20; i++) {
      const command = workload(dice, 0);
      if (isOpen(command)) return command;
    }
    return workload(dice, 0);
  };

  const command = (): Ask => {
    const { category, type, data } = made();
    const again = commands.any(dice);
    if (again && dice.chance(0.15)) return { ...again, ...(dice.chance(0.3) && { who: dice.pick(crowd) }) };
    const key = dice.chance(0.5) ? undefined : (dice.chance(0.2) && keys!.any(dice)) || `${prefix}k${dice.below(1e9)}`;
    keys!.add(key);
    return {
      who: dice.pick(crowd),
      route: `POST /${category}/{id}/{command}`,
      path: { id: idOf(), command: kebab(type) },
      query: {},
      headers: {
        ...optional('idempotency-key', key),
        ...optional('if-match', dice.chance(0.15) ? versions!.any(dice) : undefined),
      },
      body: JSON.stringify(data),
    };
  };

  const paging = () => {
    const cursor = dice.chance(0.4) ? cursors!.any(dice) : undefined;
    return {
      ...optional('limit', dice.chance(0.6) ? String(1 + dice.below(4)) : undefined),
      ...optional('order', dice.chance(0.3) ? dice.pick(['newest-first', 'oldest-first']) : undefined),
      ...optional('cursor', cursor === undefined || dice.chance(0.5) ? cursor : forged(cursor, dice)),
    };
  };

  const view = (): Ask => {
    const { name, lists = {}, filters = [] } = dice.pick(views);
    const byId = dice.chance(0.4);
    const token = dice.chance(0.3) ? tokens!.any(dice) : undefined;
    const list = dice.chance(0.5) && Object.keys(lists).length > 0 ? dice.pick(Object.keys(lists)) : undefined;
    return {
      who: dice.pick(crowd),
      route: byId ? 'GET /views/{view}/{id}' : 'GET /views/{view}',
      path: { view: name, ...(byId && { id: dice.chance(0.2) ? `${dice.pick(categories)}-${anyId()}` : anyId() }) },
      query: {
        ...paging(),
        ...(!byId && {
          ...optional('list', list),
          ...optional(
            'by',
            list !== undefined && dice.chance(0.8)
              ? dice.pick(['open', 'pending', 'placed', 'a', 'b', strangeText(dice)])
              : undefined,
          ),
          ...optional('owner', dice.chance(0.25) ? (owners!.any(dice) ?? strangeText(dice)) : undefined),
        }),
        ...(filters.length > 0 &&
          dice.chance(0.3) && { [`filter.${dice.pick(filters)}`]: dice.pick(['EUR', 'a', strangeText(dice)]) }),
      },
      headers: {
        ...optional('consistent-with', token === undefined || dice.chance(0.6) ? token : forged(token, dice)),
        ...optional('if-none-match', dice.chance(0.2) ? tags!.any(dice) : undefined),
      },
    };
  };

  /** The next page of an earlier question: as it should be asked for, or with another's place, by another, or with a made-up one. */
  const walk = (): Ask => {
    const before = walks.any(dice);
    if (!before) return view();
    const { cursor = '' } = before.query;
    const roll = dice.below(6);
    if (roll === 0) return { ...before, who: dice.pick(crowd) };
    if (roll === 1) return { ...before, query: { ...before.query, cursor: cursors!.any(dice) ?? cursor } };
    if (roll <= 3) return { ...before, query: { ...before.query, cursor: forged(cursor, dice) } };
    return before;
  };

  const moment = () => dice.pick(['0', '1', '2', '7', '2026-11-21T12:00:00Z', '2030-01-01T00:00:00+01:00', strangeText(dice)]);
  const history = (): Ask => {
    const path = { category: dice.pick(categories), id: anyId() };
    const common = { who: dice.pick(crowd), path, headers: {} };
    switch (dice.below(3)) {
      case 0:
        return { ...common, route: 'GET /streams/{category}/{id}/state', query: { [dice.pick(['version', 'at'])]: moment() } };
      case 1:
        return { ...common, route: 'GET /streams/{category}/{id}/diff', query: { from: moment(), to: moment() } };
      default: {
        const query = {
          ...paging(),
          ...optional('types', dice.chance(0.2) ? dice.pick(['AccountOpened', 'a,b', strangeText(dice)]) : undefined),
          ...optional('since', dice.chance(0.2) ? moment() : undefined),
          ...optional('until', dice.chance(0.2) ? moment() : undefined),
        };
        return { ...common, route: 'GET /streams/{category}/{id}', query };
      }
    }
  };

  const operation = (): Ask => {
    const common = { who: dice.chance(0.8) ? ('operator' as const) : dice.pick(crowd), query: {}, headers: {} };
    const processes = (manifest.processes ?? []).map(({ category }) => category);
    const instance = { process: dice.pick([...processes, 'nope']), instance: anyId() };
    const schedules = Object.keys(manifest.schedules ?? {});
    const why = JSON.stringify({ why: strangeText(dice) });
    const name = dice.pick(views).name;
    const order = {
      projection: name,
      why: 'a test',
      ...dice.pick<object>([
        { dryRun: true },
        { stream: `account-${anyId()}` },
        { stream: strangeText(dice) },
        { category: strangeText(dice) },
        { revision: 7 },
      ]),
    };
    const routes: readonly Partial<Ask>[] = [
      { route: 'GET /ops/projections' },
      {
        route: 'POST /ops/projections/{name}/parked/{stream}/resume',
        path: { name, stream: dice.pick([`account-${anyId()}`, strangeText(dice)]) },
      },
      { route: 'GET /ops/trace/{correlation}', path: { correlation: correlations!.any(dice) ?? 'c' } },
      {
        route: 'GET /ops/streams',
        query: {
          ...optional('category', dice.pick([undefined, 'account', strangeText(dice)])),
          ...optional('since', dice.pick([undefined, '2026-11-21T12:00:00Z', strangeText(dice)])),
          ...optional('cursor', dice.pick([undefined, undefined, strangeText(dice)])),
        },
      },
      {
        route: 'GET /ops/streams/{category}/{id}/stored',
        path: { category: dice.pick(['account', strangeText(dice)]), id: anyId() },
        query: optional('from', dice.pick([undefined, '1', '7', strangeText(dice)])),
      },
      {
        route: 'GET /ops/processes',
        query: {
          ...paging(),
          ...optional('status', dice.pick([undefined, 'running', 'ended', 'stuck', strangeText(dice)])),
          ...optional('process', dice.pick([undefined, instance.process, strangeText(dice)])),
        },
      },
      { route: 'GET /ops/processes/{process}/{instance}', path: instance },
      ...['retry', 'resume', 'resolve'].map((each) => ({
        route: `POST /ops/processes/{process}/{instance}/${each}`,
        path: instance,
        body: why,
      })),
      { route: 'GET /ops/schedules' },
      ...['pause', 'resume', 'run', 'skip'].map((each) => ({
        route: `POST /ops/schedules/{schedule}/${each}`,
        path: { schedule: dice.pick([...schedules, strangeText(dice)]) },
        body: JSON.stringify({
          why: strangeText(dice),
          ...optional('time', dice.pick([undefined, '2026-12-01T02:00:00.000Z', '2026-11-01T02:00:00.000Z', moment()])),
        }),
      })),
      { route: 'GET /ops/rebuilds', query: optional('projection', dice.pick([undefined, name, strangeText(dice)])) },
      { route: 'POST /ops/rebuilds', body: JSON.stringify(order) },
      { route: 'GET /ops/rebuilds/{id}', path: { id: rebuilds!.any(dice) ?? strangeText(dice) } },
      { route: 'POST /ops/rebuilds/{id}/cancel', path: { id: rebuilds!.any(dice) ?? strangeText(dice) } },
      { route: 'POST /ops/projections/{name}/roll-back', path: { name: strangeText(dice) }, body: why },
    ];
    return { path: {}, ...common, ...dice.pick(routes) } as Ask;
  };

  const plain = (): Ask => {
    const roll = dice.next();
    if (roll < 0.42) return command();
    if (roll < 0.65) return view();
    if (roll < 0.78) return walk();
    if (roll < 0.9)
      return roll > 0.895 ? { who: dice.pick(crowd), route: 'GET /health', path: {}, query: {}, headers: {} } : history();
    return operation();
  };

  return {
    next: (): Ask => {
      let ask = plain();
      while (!isThere(ask.route)) ask = plain();
      return dice.chance(0.3) ? spoil(ask, dice) : ask;
    },
    /** Keeps what an answer shows that later requests can carry. */
    learn: (ask: Ask, answered: Answered): void => {
      const { headers } = answered;
      const body = bodyOf(answered);
      if (typeof body.cursor === 'string') walks.add({ ...ask, query: { ...ask.query, cursor: body.cursor } });
      if (ask.headers['idempotency-key'] !== undefined && answered.status < 300) commands.add(ask);
      cursors!.add(body.cursor);
      tokens!.add(headers['consistency-token']);
      tags!.add(headers.etag);
      if (/^"\d+"$/.test(headers.etag ?? '')) versions!.add(headers.etag);
      if (typeof body.stream === 'string') ids!.add(parseStream(body.stream)?.id);
      for (const item of Array.isArray(body.items) ? body.items : []) owners!.add(item?.owner);
      correlations!.add(headers['x-correlation-id']);
      rebuilds!.add(body.rebuild ?? body.id);
    },
  };
};
