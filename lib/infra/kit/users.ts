import { Aws, Duration, Fn } from 'aws-cdk-lib';
import {
  CfnUserPoolGroup,
  FeaturePlan,
  type IUserPool,
  Mfa,
  OAuthScope,
  ResourceServerScope,
  UserPool,
  type UserPoolClient,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { roleServer } from '../../core/deployed-names.ts';
import { consolePage, type SignIn } from '../../core/operate/console.ts';
import { pascal } from '../../core/stream.ts';
import { accept, output } from './outputs.ts';
import type { Settings } from './stage.ts';

type Props = Readonly<{
  settings: Settings;
  roles: readonly string[];
  /** Every address of the API, with a slash at the end: the console is below it. */
  addresses: readonly string[];
}>;

/** For how long somebody who has signed in to the console is not asked again. */
const signedIn = Duration.hours(12);

/** The users who may sign in, with a group for each role; and the machines, with a client for each. */
export class Users extends Construct {
  readonly pool: IUserPool;
  /** The clients whose tokens the API takes. */
  readonly clients: readonly UserPoolClient[];
  /** How people sign in to the console. */
  readonly signIn: SignIn;
  /** The address of the pool's domain, where people sign in and machines get their tokens. */
  private domain?: string;

  constructor(scope: Construct, id: string, { settings, roles, addresses }: Props) {
    super(scope, id);
    const { demoSignIn, adopt } = settings;
    // Ownership goes by the user ids of the pool: in another pool nobody owns the existing accounts.
    this.pool = adopt.userPool === undefined ? this.ownPool(settings) : UserPool.fromUserPoolId(this, 'Adopted', adopt.userPool);
    new CfnUserPoolGroup(this, 'Operators', { userPoolId: this.pool.userPoolId, groupName: 'operator' });
    for (const role of roles)
      new CfnUserPoolGroup(this, `Group${pascal(role)}`, { userPoolId: this.pool.userPoolId, groupName: role });
    const client = this.pool.addClient('Client', {
      // Without SRP the password is sent as it is: for demos only.
      authFlows: demoSignIn ? { userPassword: true, userSrp: true } : { userSrp: true },
      preventUserExistenceErrors: true,
      disableOAuth: true,
      accessTokenValidity: Duration.hours(1),
    });
    output(this, 'UserPoolId', this.pool.userPoolId);
    output(this, 'UserPoolClientId', client.userPoolClientId);
    const machines = this.machines(settings);
    const console = this.console(settings, addresses);
    this.signIn = console?.signIn ?? { kind: 'paste' };
    this.clients = [client, ...(console ? [console.client] : []), ...machines];
  }

  /** A client with a secret for each machine. Roles are scopes, and a client is granted those of its own alone. */
  private machines(settings: Settings): readonly UserPoolClient[] {
    const all = Object.entries(settings.machines);
    if (all.length === 0) return [];
    const granted = [...new Set(all.flatMap(([, { roles }]) => roles))].sort();
    const scopes = granted.map(
      (role) => new ResourceServerScope({ scopeName: role, scopeDescription: `To act in the role ${role}.` }),
    );
    const server = this.pool.addResourceServer('Roles', { identifier: roleServer, scopes });
    output(this, 'TokenUrl', `${this.domainOf(settings)}/oauth2/token`);
    return all.map(([name, { roles }]) => {
      const client = this.pool.addClient(`Machine${pascal(name)}`, {
        userPoolClientName: name,
        generateSecret: true,
        // Nobody signs in with it: only the token endpoint knows it.
        authFlows: { userSrp: false },
        oAuth: {
          flows: { clientCredentials: true },
          scopes: scopes
            .filter(({ scopeName }) => roles.includes(scopeName))
            .map((scope) => OAuthScope.resourceServer(server, scope)),
        },
        accessTokenValidity: Duration.hours(1),
      });
      output(this, `${pascal(name)}MachineClientId`, client.userPoolClientId);
      return client;
    });
  }

  /** The pool's domain, which is made once: a pool has one. */
  private domainOf({ userPoolDomain }: Settings): string {
    if (userPoolDomain !== undefined) return userPoolDomain;
    // Unique in the region: the first part of the stack's own random id.
    const unique = Fn.select(0, Fn.split('-', Fn.select(2, Fn.split('/', Aws.STACK_ID))));
    this.domain ??= this.pool
      .addDomain('Domain', { cognitoDomain: { domainPrefix: Fn.join('-', ['foldstream', unique]) } })
      .baseUrl();
    return this.domain;
  }

  /** The public client of the console: an authorization code with PKCE, and no secret. Not for a pool of before whose domain nobody has told. */
  private console(
    settings: Settings,
    addresses: readonly string[],
  ): Readonly<{ client: UserPoolClient; signIn: SignIn }> | undefined {
    const { console, adopt, userPoolDomain, localCloud } = settings;
    if (!console || (adopt.userPool !== undefined && userPoolDomain === undefined && !this.domain)) return undefined;
    const domain = localCloud ?? this.domainOf(settings);
    const pages = addresses.map((address) => `${address}${consolePage}`);
    const client = this.pool.addClient('Console', {
      preventUserExistenceErrors: true,
      // Only the pool's own pages take passwords.
      authFlows: { userSrp: false },
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID],
        callbackUrls: pages,
        logoutUrls: pages,
      },
      accessTokenValidity: Duration.hours(1),
      refreshTokenValidity: signedIn,
    });
    output(this, 'ConsoleClientId', client.userPoolClientId);
    const signIn: SignIn = {
      kind: 'cognito',
      authorize: `${domain}/oauth2/authorize`,
      token: `${domain}/oauth2/token`,
      logout: `${domain}/logout`,
      clientId: client.userPoolClientId,
      scope: 'openid',
    };
    return { client, signIn };
  }

  private ownPool({ demoSignIn, protect, removal }: Settings): UserPool {
    const pool = new UserPool(this, 'Pool', {
      // Groups, SRP and one-time passwords are in the cheapest plan; Essentials, the default, adds own sign-in pages, e-mail codes and claims of one's own in access tokens.
      featurePlan: FeaturePlan.LITE,
      selfSignUpEnabled: false,
      signInAliases: { username: true, email: true },
      passwordPolicy: {
        minLength: 12,
        requireDigits: true,
        requireLowercase: true,
        requireUppercase: true,
        requireSymbols: true,
      },
      mfa: demoSignIn ? Mfa.OFF : Mfa.REQUIRED,
      ...(demoSignIn ? {} : { mfaSecondFactor: { otp: true, sms: false } }),
      deletionProtection: protect,
      removalPolicy: removal,
    });
    accept(pool, {
      COG8: 'The plus plan is paid for each user: its threat detection is for the team to buy, not for a framework.',
      ...(demoSignIn ? { COG2: 'Demo users sign in by a script. Without them a second factor is required.' } : {}),
    });
    return pool;
  }
}
