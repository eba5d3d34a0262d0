import { CognitoIdentityProviderClient, ListUserPoolsCommand } from '@aws-sdk/client-cognito-identity-provider';
import { signedGet } from './signed-get.ts';
import { type Access, clientSettings, using } from './stack.ts';

/** Why a request failed, after what is lacking; none if it succeeded. The first line alone: the others are the SDK's advice for debugging. */
export const lacking = (what: string, request: Promise<unknown>): Promise<readonly string[]> =>
  request.then(
    () => [],
    (error) => [`${what}: ${String(error).split('\n')[0]}`.slice(0, 200)],
  );

/**
 * The reasons for which a local cloud cannot run the application, found by real requests. It needs HTTP APIs, the only way into it, and Cognito user
 * pools, where tokens come from.
 */
export const lacksOf = async (access: Access): Promise<readonly string[]> => {
  const found = await Promise.all([
    lacking('no HTTP APIs', signedGet(access, 'apigateway', '/v2/apis')),
    using(new CognitoIdentityProviderClient(clientSettings(access)), (client) =>
      lacking('no Cognito user pools', client.send(new ListUserPoolsCommand({ MaxResults: 1 }))),
    ),
  ]);
  return found.flat();
};
