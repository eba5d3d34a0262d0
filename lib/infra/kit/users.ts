import { Duration } from 'aws-cdk-lib';
import { CfnUserPoolGroup, FeaturePlan, type IUserPool, Mfa, UserPool, type UserPoolClient } from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { accept, output } from './outputs.ts';
import type { Settings } from './stage.ts';

/** The users who may sign in. A user of the group `operator` is an operator, every other is a customer. */
export class Users extends Construct {
  readonly pool: IUserPool;
  readonly client: UserPoolClient;

  constructor(scope: Construct, id: string, { settings }: Readonly<{ settings: Settings }>) {
    super(scope, id);
    const { demoSignIn, adopt } = settings;
    // Ownership goes by the user ids of the pool: in another pool nobody owns the existing accounts.
    this.pool = adopt.userPool === undefined ? this.ownPool(settings) : UserPool.fromUserPoolId(this, 'Adopted', adopt.userPool);
    new CfnUserPoolGroup(this, 'Operators', { userPoolId: this.pool.userPoolId, groupName: 'operator' });
    this.client = this.pool.addClient('Client', {
      // Without SRP the password is sent as it is: for demos only.
      authFlows: demoSignIn ? { userPassword: true, userSrp: true } : { userSrp: true },
      preventUserExistenceErrors: true,
      disableOAuth: true,
      accessTokenValidity: Duration.hours(1),
    });
    output(this, 'UserPoolId', this.pool.userPoolId);
    output(this, 'UserPoolClientId', this.client.userPoolClientId);
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
