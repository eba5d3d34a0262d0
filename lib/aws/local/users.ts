import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
  UsernameExistsException,
} from '@aws-sdk/client-cognito-identity-provider';
import { type Access, clientSettings } from './stack.ts';

export type User = Readonly<{ username: string; password: string; group?: string }>;

/** Creates a user of a pool, or sets the password of one that is there. */
export const ensureUser = async (access: Access, pool: string, { username, password, group }: User): Promise<void> => {
  const client = new CognitoIdentityProviderClient(clientSettings(access));
  const who = { UserPoolId: pool, Username: username };
  try {
    await client.send(new AdminCreateUserCommand({ ...who, MessageAction: 'SUPPRESS' })).catch((error: unknown) => {
      if (!(error instanceof UsernameExistsException)) throw error;
    });
    await client.send(new AdminSetUserPasswordCommand({ ...who, Password: password, Permanent: true }));
    if (group !== undefined) await client.send(new AdminAddUserToGroupCommand({ ...who, GroupName: group }));
  } finally {
    client.destroy();
  }
};

/** Signs a user in by password, which only clients like the dev stage's allow. The API takes the access token. */
export const signIn = async (
  access: Access,
  clientId: string,
  { username, password }: User,
  kind: 'AccessToken' | 'IdToken' = 'AccessToken',
): Promise<string> => {
  const client = new CognitoIdentityProviderClient(clientSettings(access));
  try {
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
  } finally {
    client.destroy();
  }
};
