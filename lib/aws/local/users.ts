import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
  UsernameExistsException,
} from '@aws-sdk/client-cognito-identity-provider';
import { unless } from '../client/unless.ts';
import { type Access, clientSettings, using } from './stack.ts';

export type User = Readonly<{ username: string; password: string; group?: string }>;

/** Creates a user of a pool, or sets the password of one that is there. */
export const ensureUser = (access: Access, pool: string, { username, password, group }: User): Promise<void> =>
  using(new CognitoIdentityProviderClient(clientSettings(access)), async (client) => {
    const who = { UserPoolId: pool, Username: username };
    await unless(UsernameExistsException, client.send(new AdminCreateUserCommand({ ...who, MessageAction: 'SUPPRESS' })));
    await client.send(new AdminSetUserPasswordCommand({ ...who, Password: password, Permanent: true }));
    if (group !== undefined) await client.send(new AdminAddUserToGroupCommand({ ...who, GroupName: group }));
  });

/** Signs a user in by password, which only clients like the dev stage's allow. The API takes the access token. */
export const signIn = (
  access: Access,
  clientId: string,
  { username, password }: User,
  kind: 'AccessToken' | 'IdToken' = 'AccessToken',
): Promise<string> =>
  using(new CognitoIdentityProviderClient(clientSettings(access)), async (client) => {
    const { AuthenticationResult } = await client.send(
      new InitiateAuthCommand({
        AuthFlow: 'USER_PASSWORD_AUTH',
        ClientId: clientId,
        AuthParameters: { USERNAME: username, PASSWORD: password },
      }),
    );
    const token = AuthenticationResult?.[kind];
    if (!token) throw new Error(`Signing in as ${username} gave no ${kind}.`);
    return token;
  });
