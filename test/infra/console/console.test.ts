import { describe, expect, test } from 'vitest';
import { settingsFor } from '../../../lib/infra/kit/stage.ts';
import { manifest as customers } from '../../support/apps/customer/manifest.ts';
import { deployed, manifest, synthesized } from '../support/deployed.ts';

type Deployed = ReturnType<typeof deployed>;
type Properties = Readonly<Record<string, unknown>>;
const of = ({ template }: Deployed, type: string): readonly Properties[] =>
  Object.values(template.findResources(type)).map(({ Properties }) => Properties as Properties);

/** A value with its references as text: `<Ref>`. */
const written = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const {
    Ref: ref,
    'Fn::Join': join,
    'Fn::GetAtt': got,
  } = value as {
    Ref?: string;
    'Fn::Join'?: [string, unknown[]];
    'Fn::GetAtt'?: string[];
  };
  if (ref) return `<${ref.replace(/[0-9A-F]{8}$/, '')}>`;
  return join ? join[1].map(written).join(join[0]) : `<${got?.join('.')}>`;
};

const told = (deployment: Deployed) => {
  const variables = of(deployment, 'AWS::Lambda::Function').map(
    ({ Environment }) => (Environment as { Variables: Readonly<Record<string, unknown>> } | undefined)?.Variables ?? {},
  );
  const [own] = variables.filter(({ CONSOLE }) => CONSOLE !== undefined);
  return JSON.parse(written(own?.CONSOLE)) as { config: Record<string, unknown>; root: string; origins: string[] };
};
const consoleClients = (deployment: Deployed) =>
  of(deployment, 'AWS::Cognito::UserPoolClient').filter(({ AllowedOAuthFlows }) =>
    (AllowedOAuthFlows as string[] | undefined)?.includes('code'),
  );
const pages = (deployment: Deployed) => (consoleClients(deployment)[0]!.CallbackURLs as unknown[]).map(written);
const own = 'https://<ApiHttp>.execute-api.<AWS::Region>.<AWS::URLSuffix>/console/index.html';
const hosted = /^https:\/\/<ApiUsersPoolDomain>\.auth\.<AWS::Region>\.amazoncognito\.com$/;
const domain = {
  name: 'api.example.com',
  certificateArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/12345678-1234-1234-1234-123456789012',
};

describe('the console', () => {
  test('has open routes with limits of their own, and a function that may do nothing but write its log', () => {
    const routes = of(deployed(), 'AWS::ApiGatewayV2::Route').filter(({ RouteKey }) => String(RouteKey).includes('/console'));
    expect(routes.map(({ RouteKey, AuthorizationType }) => [RouteKey, AuthorizationType])).toEqual([
      ['GET /console', 'NONE'],
      ['GET /console/{proxy+}', 'NONE'],
      ['GET /ops/console/domain.js', 'JWT'],
    ]);
    const [{ RouteSettings }] = of(deployed(), 'AWS::ApiGatewayV2::Stage') as [{ RouteSettings: Record<string, unknown> }];
    for (const route of ['GET /console', 'GET /console/{proxy+}'])
      expect(RouteSettings[route]).toEqual({ ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 });
    const policies = of(deployed(), 'AWS::IAM::Policy').filter(({ Roles }) =>
      JSON.stringify(Roles).includes('"ConsoleConsoleRole'),
    );
    expect(
      policies.map(({ PolicyDocument }) =>
        (PolicyDocument as { Statement: { Action: unknown }[] }).Statement.map(({ Action }) => Action),
      ),
    ).toEqual([[['logs:CreateLogStream', 'logs:PutLogEvents']]]);
  });

  test('is left out by a setting, with its routes, its client and the domain', () => {
    const without = deployed('dev', { console: 'false' });
    expect(JSON.stringify(of(without, 'AWS::ApiGatewayV2::Route'))).not.toContain('console');
    expect(consoleClients(without)).toEqual([]);
    without.template.resourceCountIs('AWS::Cognito::UserPoolDomain', 0);
    expect(Object.keys(without.template.toJSON().Outputs).filter((name) => name.includes('Console'))).toEqual([]);
  });

  test('says where it is, and whether its stage keeps what there is', () => {
    expect(written(deployed().template.toJSON().Outputs.ConsoleUrl.Value)).toBe(own.replace('/index.html', ''));
    expect(told(deployed()).config).toMatchObject({
      app: 'foldstream',
      stage: 'dev',
      stack: 'foldstream-dev',
      isProtected: false,
      isLocal: false,
    });
    expect(told(deployed('prod')).config).toMatchObject({ stage: 'prod', isProtected: true });
    expect(told(deployed()).root).toBe('/');
  });

  test("those that take operators' changes, and the description, know whether the stage is protected", () => {
    const knowing = (deployment: Deployed) =>
      of(deployment, 'AWS::Lambda::Function')
        .filter(
          ({ Environment }) =>
            (Environment as { Variables?: { PROTECTED?: string } } | undefined)?.Variables?.PROTECTED === 'true',
        )
        .map(({ Description }) => Description);
    expect(knowing(deployed())).toEqual([]);
    expect(knowing(deployed('prod')).toSorted()).toEqual([
      "Answers with the API's description.",
      'Shows operators dead letters, and puts them back into their queues.',
      'Tells operators how the projections are, and takes their orders.',
    ]);
  });

  test('says who may erase persons, where there are personal values', () => {
    expect(told(deployed()).config.erasers).toBeUndefined();
    expect(told(synthesized('dev', {}, customers)).config.erasers).toEqual(['auditor']);
  });
});

describe('signing in to it', () => {
  test('goes by a public client of the pool: codes alone, with twelve hours for a refresh token, back to the page and to nowhere else', () => {
    expect(consoleClients(deployed())).toMatchObject([
      {
        AllowedOAuthFlows: ['code'],
        AllowedOAuthScopes: ['openid'],
        ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'],
        AccessTokenValidity: 60,
        RefreshTokenValidity: 720,
        PreventUserExistenceErrors: 'ENABLED',
      },
    ]);
    expect(consoleClients(deployed())[0]).not.toHaveProperty('GenerateSecret');
    expect(pages(deployed())).toEqual([own]);
    expect((consoleClients(deployed())[0]!.LogoutURLs as unknown[]).map(written)).toEqual([own]);
    const [{ JwtConfiguration }] = of(deployed(), 'AWS::ApiGatewayV2::Authorizer') as [
      { JwtConfiguration: { Audience: unknown[] } },
    ];
    expect(JwtConfiguration.Audience.map(written)).toEqual(['<ApiUsersPoolClient>', '<ApiUsersPoolConsole>']);
  });

  test('is told to the page, which may call that domain beside its own', () => {
    const { config, origins } = told(deployed());
    expect(origins).toEqual([expect.stringMatching(hosted)]);
    expect(config.signIn).toEqual({
      kind: 'cognito',
      ...{ authorize: `${origins[0]}/oauth2/authorize`, token: `${origins[0]}/oauth2/token`, logout: `${origins[0]}/logout` },
      ...{ clientId: '<ApiUsersPoolConsole>', scope: 'openid' },
    });
  });

  test('comes back to the name of the API as well, if it has one', () =>
    expect(pages(deployed('dev', { domain }))).toEqual(['https://api.example.com/console/index.html', own]));

  test('shares the domain of the pool with machines', () => {
    const both = synthesized('dev', { machines: 'shop:operator' }, manifest);
    both.template.resourceCountIs('AWS::Cognito::UserPoolDomain', 1);
    expect(written(both.template.toJSON().Outputs.TokenUrl.Value)).toBe(`${told(both).origins[0]}/oauth2/token`);
  });

  test('is at the address of the local cloud, where all pages are', () => {
    const local = deployed('dev', { plainHttp: 'true', localCloud: 'http://127.0.0.1:4566' });
    expect(pages(local)).toEqual(['http://127.0.0.1:4566/_aws/execute-api/<ApiHttp>/console/index.html']);
    expect(told(local)).toMatchObject({
      root: '/_aws/execute-api/<ApiHttp>/',
      origins: [],
      config: { isLocal: true, signIn: { authorize: 'http://127.0.0.1:4566/oauth2/authorize' } },
    });
    // Nothing on AWS goes by such an address.
    expect(settingsFor('dev', { localCloud: 'http://127.0.0.1:4566' })).not.toHaveProperty('localCloud');
  });

  test('of a pool of before goes by its domain, which has to be told: none is made, since a pool has one', () => {
    const userPool = 'eu-central-1_aBc123';
    const bare = deployed('dev', { userPool });
    bare.template.resourceCountIs('AWS::Cognito::UserPoolDomain', 0);
    expect([told(bare).config.signIn, consoleClients(bare)]).toEqual([{ kind: 'paste' }, []]);
    const known = deployed('dev', { userPool, userPoolDomain: 'https://shop.auth.eu-central-1.amazoncognito.com' });
    known.template.resourceCountIs('AWS::Cognito::UserPoolDomain', 0);
    expect(told(known)).toMatchObject({
      origins: ['https://shop.auth.eu-central-1.amazoncognito.com'],
      config: { signIn: { kind: 'cognito', token: 'https://shop.auth.eu-central-1.amazoncognito.com/oauth2/token' } },
    });
    expect(() => settingsFor('dev', { userPoolDomain: 'shop.auth' })).toThrow(
      "'shop.auth' is not the address of a user pool's domain",
    );
  });

  test('at another issuer goes by a client there, and by an access token where none is told', () => {
    const issuer = { issuer: 'https://id.example.com/', audience: 'shop', rolesClaim: 'https://example.com/roles' };
    expect(told(deployed('dev', issuer)).config).toMatchObject({
      rolesClaim: 'https://example.com/roles',
      signIn: { kind: 'paste' },
    });
    expect(told(deployed('dev', { ...issuer, consoleClient: 'abc' }))).toMatchObject({
      origins: ['https://id.example.com'],
      config: { signIn: { kind: 'oidc', issuer: 'https://id.example.com/', clientId: 'abc', scope: 'openid', parameters: {} } },
    });
    const console = {
      client: 'abc',
      scopes: ['openid', 'offline_access'],
      parameters: { audience: 'shop' },
      origins: ['https://token.example.com/x'],
    };
    expect(told(synthesized('dev', { issuer: { url: 'https://id.example.com/', audience: 'shop', console } }))).toMatchObject({
      origins: ['https://id.example.com', 'https://token.example.com'],
      config: { signIn: { scope: 'openid offline_access', parameters: { audience: 'shop' } } },
    });
  });
});
