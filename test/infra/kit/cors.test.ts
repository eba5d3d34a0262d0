import { expect, test } from 'vitest';
import { answerHeaders } from '../../../lib/engine/headers.ts';
import { settingsFor } from '../../../lib/infra/kit/stage.ts';
import { deployed } from '../support/deployed.ts';

const corsOf = (context: Parameters<typeof deployed>[1]) => {
  const [api] = Object.values(deployed('dev', context).template.findResources('AWS::ApiGatewayV2::Api'));
  return api?.Properties.CorsConfiguration;
};

test('no page of another origin may call the API unless the setting names it', () => {
  expect(corsOf({})).toBeUndefined();
});

test('the gateway lets the named origins send every header that the API reads, and read every one that it answers; never with cookies', () => {
  const origins = ['https://app.example.com', 'http://localhost:5173'];
  const byGateway = {
    AllowOrigins: origins,
    AllowMethods: ['GET', 'POST'],
    AllowHeaders: expect.arrayContaining(['Authorization', 'Content-Type', 'Idempotency-Key', 'If-Match', 'Consistent-With']),
    ExposeHeaders: Object.keys(answerHeaders),
  };
  expect(corsOf({ cors: origins.join(',') })).toEqual({ ...byGateway, MaxAge: 3_600 });
  expect(corsOf({ cors: { origins, maxAgeSeconds: 60 } })).toEqual({ ...byGateway, MaxAge: 60 });
});

test('an origin that no browser sends is refused, with what to write instead', () => {
  expect(() => settingsFor('dev', { cors: 'https://app.example.com/' })).toThrow(
    "Invalid cors.origins: 'https://app.example.com/' is not an origin as browsers send it: write https://app.example.com. Use -c cors=",
  );
});
