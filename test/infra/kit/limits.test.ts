import { expect, test } from 'vitest';
import { settingsFor } from '../../../lib/infra/kit/stage.ts';
import { deployed, openManifest, synthesized } from '../support/deployed.ts';

type Deployed = ReturnType<typeof deployed>;
const stageOf = ({ template }: Deployed) => Object.values(template.findResources('AWS::ApiGatewayV2::Stage'))[0]!;
const routesOf = ({ template }: Deployed) =>
  Object.entries(template.findResources('AWS::ApiGatewayV2::Route')).map(
    ([id, { Properties }]) => [String(Properties.RouteKey), String(Properties.AuthorizationType), id] as const,
  );

test("the gateway's limits are those of the settings, also for one command and one view, which get routes of their own", () => {
  const routes = {
    'POST /parcel/{id}/send': { why: 'it prints a label', rate: 5, burst: 10, bodyKilobytes: 4 },
    'GET /views/parcel-list': { why: 'it is costly', rate: 7, burst: 7 },
    'GET /health': { why: 'one probe', rate: 1, burst: 2 },
    'POST /parcel/batch': { why: 'labels again', bodyKilobytes: 16 },
  };
  const limited = deployed('dev', { limits: { api: { rate: 900 }, routes } });
  const { DefaultRouteSettings, RouteSettings } = stageOf(limited).Properties;
  expect(DefaultRouteSettings).toMatchObject({ ThrottlingRateLimit: 900, ThrottlingBurstLimit: 1_000 });
  const throttle = (rate: number, burst: number) => ({ ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst });
  expect(RouteSettings).toMatchObject({
    'POST /parcel/{id}/send': throttle(5, 10),
    'GET /views/parcel-list': throttle(7, 7),
    'GET /health': throttle(1, 2),
  });
  // They are there beside those of the other commands and views, ask for a token like those, and are there before the stage.
  const more = routesOf(limited).filter(([key]) => !routesOf(deployed()).some(([other]) => other === key));
  expect(more.map(([key, type]) => [key, type])).toEqual([
    ['POST /parcel/{id}/send', 'JWT'],
    ['GET /views/parcel-list', 'JWT'],
  ]);
  expect(stageOf(limited).DependsOn).toEqual(expect.arrayContaining(more.map(([, , id]) => id)));
  const bodies = Object.values(limited.template.findResources('AWS::Lambda::Function')).flatMap(
    ({ Properties }) => Properties.Environment?.Variables?.BODY_LIMITS ?? [],
  );
  expect(new Set(bodies.map((each) => JSON.stringify(JSON.parse(each))))).toEqual(
    new Set([JSON.stringify({ 'POST /parcel/{id}/send': 4_096, 'POST /parcel/batch': 16_384 })]),
  );
});

test('every route without a token has the limit for strangers, unless it has one of its own', () => {
  const { RouteSettings } = stageOf(synthesized('dev', { limits: { open: { rate: 3, burst: 4 } } }, openManifest)).Properties;
  expect(RouteSettings['GET /health']).toEqual({ ThrottlingRateLimit: 3, ThrottlingBurstLimit: 4 });
});

test('a limit of a route that is not there, or without a reason, is refused', () => {
  expect(() => deployed('dev', { limits: { routes: { 'POST /parcel/{id}/sned': { why: 'x', rate: 1, burst: 1 } } } })).toThrow(
    "limits.routes names 'POST /parcel/{id}/sned', which is no route of this API.",
  );
  const wrong =
    (route: object, key = 'GET /health') =>
    () =>
      settingsFor('dev', { limits: { routes: { [key]: route } } });
  expect(wrong({ rate: 1, burst: 1 })).toThrow('Invalid limits.routes.GET /health.why');
  expect(wrong({ why: 'x', rate: 1 })).toThrow('give rate and burst together');
});
