import type { IHttpRouteAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer, HttpUserPoolAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import type { Construct } from 'constructs';
import type { SignIn } from '../../core/operate/console.ts';
import { WrongSetting } from '../../core/settings/field.ts';
import type { Settings } from './stage.ts';
import { Users } from './users.ts';

type Tokens = Readonly<{
  authorizer: IHttpRouteAuthorizer;
  /** Which claims functions read, as environment variables: none for the pool's own. */
  claims: Readonly<Record<string, string>>;
  /** How people sign in to the console. */
  signIn: SignIn;
}>;

type Props = Readonly<{ settings: Settings; roles: readonly string[]; addresses: readonly string[] }>;

const requireDeclared = ({ machines }: Pick<Settings, 'machines'>, roles: readonly string[]): void => {
  const known = ['operator', ...roles];
  for (const [name, machine] of Object.entries(machines))
    for (const role of machine.roles)
      if (!known.includes(role))
        throw new WrongSetting(
          `machines.${name}: '${role}' is not a role of the manifest: use ${known.join(', ')}, or add it to \`roles\` of defineManifest.`,
        );
};

/** Where people sign in, the page asks the issuer itself. */
const signInAt = (
  issuer: string,
  { client, scopes, parameters }: NonNullable<NonNullable<Settings['issuer']>['console']>,
): SignIn => ({
  kind: 'oidc',
  issuer,
  clientId: client,
  scope: scopes.join(' '),
  parameters,
});

/** The tokens that the API takes: of the deployment's own pool, or of another issuer. A route has one authorizer, and an authorizer one issuer. */
export const tokensOf = (scope: Construct, props: Props): Tokens => {
  const { settings, roles } = props;
  const { issuer, machines } = settings;
  requireDeclared(settings, roles);
  if (!issuer) {
    const { pool, clients, signIn } = new Users(scope, 'Users', props);
    const authorizer = new HttpUserPoolAuthorizer('Tokens', pool, { userPoolClients: [...clients] });
    return { authorizer, claims: {}, signIn };
  }
  if (Object.keys(machines).length > 0)
    throw new WrongSetting(
      `Machines are clients of a user pool, and this stage takes tokens of ${issuer.url}: make a client for each there, with its roles in the claim '${issuer.rolesClaim}', and remove \`machines\`.`,
    );
  return {
    authorizer: new HttpJwtAuthorizer('Tokens', issuer.url, { jwtAudience: issuer.audience }),
    claims: { ID_CLAIM: issuer.idClaim, ROLES_CLAIM: issuer.rolesClaim },
    signIn: issuer.console ? signInAt(issuer.url, issuer.console) : { kind: 'paste' },
  };
};
