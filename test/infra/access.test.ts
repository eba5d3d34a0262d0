import { beforeAll, describe, expect, test, vi } from 'vitest';
import { manifest as reference } from '../../domains/index.ts';
import type { Commit } from '../../lib/core/commit.ts';
import { performanceStream } from '../../lib/core/effect/decider.ts';
import type { Manifest } from '../../lib/core/manifest.ts';
import { inProcess } from '../fuzz/in-process.ts';
import { type Caller, callersOf, ownerId, rolesClaim } from '../support/access/callers.ts';
import { everyMayManifest, tagReaders } from '../support/access/every-may.ts';
import { gateway, type Route } from '../support/access/gateway.ts';
import { audience, type JwtConfiguration, testIssuer } from '../support/access/issuer.ts';
import { type Cell, cellsOf, type Fixture, faultOf, type Send } from '../support/access/matrix.ts';
import { chargeCard, manifest as paying } from '../support/apps/paying/manifest.ts';
import { synthesized } from './support/deployed.ts';

const issuer = testIssuer('https://id.example.com/');
const callers = callersOf(issuer);
const as = (name: string): Caller => callers.find((caller) => caller.name === name)!;

type Begun = Readonly<{ by: string; path: string; body: object }>;

/** The API of a manifest: its routes from the template, with the functions' own code behind them. */
const apiOf = (manifest: Manifest) => {
  const { template } = synthesized('dev', { issuer: issuer.url, audience, rolesClaim, maximumConcurrency: 2 }, manifest);
  const routes = Object.values(template.findResources('AWS::ApiGatewayV2::Route')).map(({ Properties }) => Properties as Route);
  const [authorizer] = Object.values(template.findResources('AWS::ApiGatewayV2::Authorizer')).map(
    ({ Properties }) => Properties.JwtConfiguration as JwtConfiguration,
  );
  const [told] = Object.values(template.findResources('AWS::Lambda::Function'))
    .map(({ Properties }) => Properties.Environment?.Variables ?? {})
    .filter(({ ROLES_CLAIM }) => ROLES_CLAIM);
  for (const name of ['ID_CLAIM', 'ROLES_CLAIM']) vi.stubEnv(name, told[name]);
  const { handle, append } = inProcess(manifest);
  vi.unstubAllEnvs();
  return { routes, append, send: gateway(routes, authorizer!, issuer, handle) };
};

const performance = performanceStream(chargeCard, 'paymentProcess', 'mine', 1);

/** A performance that its process has asked for, and whose history has the owner's id. */
const asked: Commit = {
  stream: performance,
  commit: 1,
  version: 1,
  at: '2026-11-21T12:00:00.000Z',
  command: 'process/paymentProcess-mine/1/1',
  events: [
    {
      type: 'EffectRequested',
      v: 1,
      data: {
        instance: 'paymentProcess-mine',
        number: 1,
        round: 1,
        input: { v: 1, data: { payment: ownerId, amount: 5 } },
        at: '2026-11-21T12:00:00.000Z',
        giveUpAt: '2026-11-21T12:10:00.000Z',
        correlation: ownerId,
      },
    },
  ],
  meta: { actor: 'process-paymentProcess', correlation: ownerId, causation: 'paymentProcess-mine/1' },
};

const apis: readonly (readonly [string, Fixture, readonly Begun[], readonly Commit[]])[] = [
  [
    'the reference application',
    {
      manifest: reference,
      unused: 'unused',
      stream: (category) =>
        category === 'customer'
          ? ownerId
          : ['account', 'transfer', 'product', 'order', 'stock'].includes(category)
            ? 'mine'
            : undefined,
      row: (view) =>
        ({
          'customer-profile': ownerId,
          'customer-directory': ownerId,
          'account-balance': 'mine',
          'account-statement': 'mine',
          'account-totals': ownerId,
          'customer-transfers': 'mine',
          'customer-orders': 'mine',
          catalogue: 'mine',
          'price-history': 'mine',
          'event-log': 'account-mine',
        })[view],
      data: (category, command) =>
        category === 'transfer' ? { from: 'mine', to: 'other' } : command === 'Pay' ? { account: 'mine' } : {},
    },
    [
      {
        by: 'the owner',
        path: `/customer/${ownerId}/register`,
        body: {
          name: 'Ada',
          email: 'ada@example.com',
          address: { street: 'Ring 1', postcode: '1010', city: 'Wien', country: 'AT' },
          birthDate: '1990-12-10',
        },
      },
      { by: 'the owner', path: '/account/mine/open', body: { currency: 'EUR' } },
      { by: 'an operator', path: '/stock/mine/receive', body: { quantity: 4 } },
      { by: 'an operator', path: '/product/mine/list', body: { name: 'Mine', description: '', currency: 'EUR', price: 5 } },
      { by: 'the owner', path: '/order/mine/place', body: { lines: [{ sku: 'mine', quantity: 1 }], currency: 'EUR' } },
      { by: 'the owner', path: '/transfer/mine/request', body: { from: 'mine', to: 'other', amount: 5, currency: 'EUR' } },
    ],
    [],
  ],
  [
    'a manifest with every audience on every kind of thing',
    {
      manifest: everyMayManifest,
      tags: tagReaders,
      unused: 'unused',
      stream: () => 'mine',
      row: (view) => (view.startsWith('shared') ? ownerId : 'mine'),
      data: (category, command) => (category === 'counter' && command.startsWith('Name') ? { named: 'mine' } : {}),
    },
    ['till', 'counter', 'safe', 'board', 'ledger'].map((category) => ({
      by: 'the owner',
      path: `/${category}/mine/open`,
      body: {},
    })),
    [],
  ],
  [
    'an application with effects',
    { manifest: paying, unused: 'unused', stream: () => 'mine', row: () => undefined, performance },
    [{ by: 'the owner', path: '/payment/mine/ask', body: { amount: 5, receiver: 'https://example.com' } }],
    [asked],
  ],
];

describe.each(apis)('every route of %s, times every kind of caller', (_, fixture, begun, made) => {
  let routes: readonly Route[];
  let send: Send;
  let cellsByRoute: readonly (readonly Cell[])[];
  beforeAll(async () => {
    const api = apiOf(fixture.manifest);
    ({ routes, send } = api);
    cellsByRoute = routes.map(({ RouteKey }) => cellsOf(fixture, RouteKey));
    for (const commit of made) expect(await api.append(commit)).toMatchObject({ stored: true });
    for (const { by, path, body } of begun) {
      const { status, text } = await send({ method: 'POST', path, body, expected: () => 201 }, as(by).token);
      expect([path, status, text]).toEqual([path, 201, expect.anything()]);
    }
  });

  test('is answered as the declarations say, computed without the code', async () => {
    const cells = cellsByRoute.flat();
    const faults: string[] = [];
    for (const cell of cells)
      for (const caller of callers) {
        const fault = await faultOf(send, cell, caller);
        if (fault !== undefined) faults.push(fault);
      }
    expect(faults).toEqual([]);
    console.log(
      `${routes.length} routes, ${cells.length} requests, ${callers.length} callers: ${cells.length * callers.length} cells`,
    );
  });

  test('has a cell for each route, command, view, list and history', () => {
    const withoutCells = routes.filter((_, i) => cellsByRoute[i]!.length === 0);
    expect(withoutCells).toEqual([]);
    const all = cellsByRoute.flat().map(({ path }) => path);
    const paths = new Set(all.map((path) => path.split('?')[0]));
    const { aggregates, projections } = fixture.manifest;
    for (const { category, commands } of aggregates) {
      expect([...paths].filter((path) => path?.startsWith(`/${category}/unused/`))).toHaveLength(Object.keys(commands).length);
      expect(paths).toContain(`/streams/${category}/unused`);
    }
    for (const { name, lists = {} } of projections) {
      for (const path of [`/views/${name}`, `/views/${name}/unused`]) expect(paths).toContain(path);
      for (const list of Object.keys(lists))
        expect(all.some((path) => path.startsWith(`/views/${name}?list=${list}`))).toBe(true);
    }
  });
});

test('a route that the matrix does not know fails it', () => {
  expect(() => cellsOf(apis[0]![1], 'POST /batch-of-tomorrow')).toThrow('The matrix has no cells for POST /batch-of-tomorrow');
});
