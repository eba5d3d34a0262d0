import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { settingsFor } from '../../../lib/infra/kit/stage.ts';
import { deployed, manifest, synthesized } from '../support/deployed.ts';

type Properties = Readonly<{
  Environment?: { Variables?: Record<string, string> };
  JwtConfiguration?: { Audience: unknown[] };
  AuthorizationType?: string;
  AuthorizerId?: unknown;
  GenerateSecret?: boolean;
  GroupName?: string;
  RouteKey?: string;
}>;
type Template = ReturnType<typeof deployed>['template'];

const of = (template: Template, type: string): readonly Properties[] =>
  Object.values(template.findResources(type) as Record<string, { Properties: Properties }>).map(({ Properties }) => Properties);
const authorizers = (template: Template) => of(template, 'AWS::ApiGatewayV2::Authorizer');
const routes = (template: Template) => of(template, 'AWS::ApiGatewayV2::Route');

/** The functions that answer requests, by their environment. */
const answering = (template: Template) =>
  of(template, 'AWS::Lambda::Function')
    .map(({ Environment }) => Environment?.Variables ?? {})
    .filter(({ CALLER_RATE }) => CALLER_RATE !== undefined);

const issuer = {
  issuer: 'https://id.example.com/',
  audience: 'shop,shop-staff',
  idClaim: 'email',
  rolesClaim: 'https://example.com/roles',
};

describe('an issuer of the team', () => {
  const { template } = deployed('dev', issuer);

  test('stands in the place of the pool, for exactly its audiences', () => {
    expect(authorizers(template)).toMatchObject([
      {
        AuthorizerType: 'JWT',
        IdentitySource: ['$request.header.Authorization'],
        JwtConfiguration: { Issuer: 'https://id.example.com/', Audience: ['shop', 'shop-staff'] },
      },
    ]);
    for (const type of ['UserPool', 'UserPoolClient', 'UserPoolGroup', 'UserPoolDomain'])
      template.resourceCountIs(`AWS::Cognito::${type}`, 0);
    expect(Object.keys(template.findOutputs('*')).filter((name) => name.includes('UserPool'))).toEqual([]);
  });

  test('guards every route that the pool guards, and leaves the same ones open', () => {
    const guarded = (one: Template) =>
      routes(one)
        .map(({ RouteKey, AuthorizationType }) => `${RouteKey} ${AuthorizationType}`)
        .sort();
    expect(guarded(template)).toEqual(guarded(deployed('dev').template));
    expect(guarded(template)).toContain('GET /health NONE');
    for (const { AuthorizationType, AuthorizerId } of routes(template))
      expect(AuthorizerId !== undefined).toBe(AuthorizationType === 'JWT');
  });

  test('names the claims to every function that answers requests, and to no other; a pool names none', () => {
    expect(answering(template).length).toBe(answering(deployed('dev').template).length);
    for (const { ID_CLAIM, ROLES_CLAIM } of answering(template))
      expect([ID_CLAIM, ROLES_CLAIM]).toEqual(['email', 'https://example.com/roles']);
    const told = (one: Template) =>
      of(one, 'AWS::Lambda::Function').filter(({ Environment }) => Environment?.Variables?.ID_CLAIM).length;
    expect([told(template), told(deployed('dev').template)]).toEqual([answering(template).length, 0]);
  });

  test('is a setting of the project too, and -c wins', () => {
    const project = { issuer: { url: 'https://a.example', audience: 'api' }, environments: { dev: {}, live: { issuer: null } } };
    expect(settingsFor('dev', {}, project).issuer).toEqual({
      url: 'https://a.example',
      audience: ['api'],
      idClaim: 'sub',
      rolesClaim: 'roles',
    });
    expect(settingsFor('dev', { issuer: 'https://b.example', rolesClaim: 'groups' }, project).issuer).toEqual({
      url: 'https://b.example',
      audience: ['api'],
      idClaim: 'sub',
      rolesClaim: 'groups',
    });
    expect(settingsFor('live', {}, project).issuer).toBeNull();
    expect(settingsFor('dev', { issuer: 'none' }, project).issuer).toBeNull();
  });

  test.each([
    [{ issuer: 'id.example.com', audience: 'a' }, "'id.example.com' is not an address"],
    [{ issuer: 'http://id.example.com', audience: 'a' }, 'API Gateway reads the keys of an issuer over https alone'],
    [{ issuer: 'http://localhost:9000', audience: 'a' }, 'The issuer http://localhost:9000 has no TLS'],
    [{ issuer: 'https://id.example.com?a=b', audience: 'a' }, 'neither user, query nor fragment'],
    [{ issuer: 'https://id.example.com' }, 'Invalid issuer.audience'],
    [{ issuer: 'https://id.example.com', audience: 'a,a' }, '1 to 50 different texts'],
    [{ issuer: 'https://id.example.com', audience: Array.from({ length: 51 }, (_, i) => `a${i}`) }, '1 to 50 different texts'],
    [{ audience: 'a' }, 'Invalid issuer.url'],
  ])('%j is refused, with what to write', (context, said) => {
    expect(() => settingsFor('dev', context)).toThrow(said);
  });

  test('may be on the own machine where the cloud is', () =>
    expect(settingsFor('dev', { issuer: 'http://localhost:9000', audience: 'a', plainHttp: 'true' }).issuer?.url).toBe(
      'http://localhost:9000',
    ));
});

describe('roles and machines of the pool', () => {
  const machines = 'billing-export:auditor,shop:operator+teller';
  const { template } = synthesized('dev', { machines }, { ...manifest, roles: ['teller', 'auditor', 'clerk'] as never });
  const clients = of(template, 'AWS::Cognito::UserPoolClient');

  test('there is a group for each role', () =>
    expect(
      of(template, 'AWS::Cognito::UserPoolGroup')
        .map(({ GroupName }) => GroupName)
        .sort(),
    ).toEqual(['auditor', 'clerk', 'operator', 'teller']));

  test('each machine may get tokens in its own name, with its own roles, and nobody may sign in with it', () => {
    expect(clients.filter(({ GenerateSecret }) => GenerateSecret)).toMatchObject(
      [
        ['billing-export', ['auditor']],
        ['shop', ['operator', 'teller']],
      ].map(([ClientName, roles]) => ({
        ClientName,
        AllowedOAuthFlows: ['client_credentials'],
        AllowedOAuthFlowsUserPoolClient: true,
        ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'],
        AllowedOAuthScopes: (roles as string[]).map((role) => ({ 'Fn::Join': ['', [{ Ref: expect.any(String) }, `/${role}`]] })),
      })),
    );
    expect(of(template, 'AWS::Cognito::UserPoolResourceServer')).toMatchObject([
      { Identifier: 'roles', Scopes: ['auditor', 'operator', 'teller'].map((ScopeName) => ({ ScopeName })) },
    ]);
  });

  test('the client of the users has no OAuth flow, so that nobody can ask for a scope', () => {
    const users = clients.filter(({ GenerateSecret }) => !GenerateSecret);
    expect(users[0]).toMatchObject({ AllowedOAuthFlowsUserPoolClient: false });
    expect(users[0]).not.toHaveProperty('AllowedOAuthScopes');
    expect(users).toHaveLength(2);
  });

  test('the API takes the tokens of these clients alone', () => {
    const [authorizer] = authorizers(template);
    expect(authorizer?.JwtConfiguration?.Audience).toHaveLength(clients.length);
  });

  test('cdk-nag finds nothing that is not acknowledged, with machines or with another issuer', () => {
    for (const context of [{ machines: 'shop:operator' }, issuer])
      expect(new AwsSolutionsChecks().validateScope(synthesized('prod', context).stack).violations).toEqual([]);
  });

  test('without machines and the console there is no token endpoint', () => {
    const bare = deployed('dev', { console: false }).template;
    for (const type of ['UserPoolDomain', 'UserPoolResourceServer']) bare.resourceCountIs(`AWS::Cognito::${type}`, 0);
  });

  test.each([
    [{ machines: 'x:tellr' }, "machines.x: 'tellr' is not a role of the manifest: use operator"],
    [{ machines: 'x' }, 'give at least one role'],
    [{ machines: 'X y:operator' }, 'a machine has a name of 1 to 40'],
    [
      { machines: 'x:operator', ...issuer },
      "make a client for each there, with its roles in the claim 'https://example.com/roles'",
    ],
  ])('%j is refused, with what to write', (context, said) => {
    expect(() => synthesized('dev', context)).toThrow(said);
  });
});
