import { CognitoIdentityProviderClient, DescribeUserPoolClientCommand } from '@aws-sdk/client-cognito-identity-provider';
import { describe, expect, it } from 'vitest';
import { caller, fresh, theDeployment } from '../support/over-http/http.ts';
import { overHttp } from '../support/over-http/over-http.ts';

describe.runIf(overHttp())('a machine', () => {
  it('gets tokens in its own name by client credentials, and may do what its role may, and nothing else', async () => {
    const { endpoint, api, userPool, outputs } = theDeployment();
    expect(outputs.TokenUrl).toMatch(/^https:\/\/foldstream-[0-9a-f]+\.auth\..*\/oauth2\/token$/);
    const ClientId = outputs.ShopMachineClientId ?? '';
    const cognito = new CognitoIdentityProviderClient({});
    const { UserPoolClient } = await cognito.send(new DescribeUserPoolClientCommand({ UserPoolId: userPool, ClientId }));
    const asked = async (scope?: string) => {
      // The local cloud answers under its own address for every domain.
      const response = await fetch(`${endpoint}/oauth2/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${ClientId}:${UserPoolClient?.ClientSecret}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope !== undefined && { scope }) }),
      });
      return (await response.json()) as { access_token?: string; error?: string };
    };
    const token = (await asked()).access_token ?? '';
    expect(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({
      sub: ClientId,
      client_id: ClientId,
      token_use: 'access',
      scope: 'roles/operator',
    });
    expect((await asked('roles/teller')).access_token).toBeUndefined();
    const shop = caller(api, token);
    const sku = fresh();
    expect((await shop('POST', `/stock/${sku}/receive`, { quantity: 1 })).status).toBe(201);
    expect((await shop('GET', `/streams/stock/${sku}`)).body).toMatchObject({ commits: [{ actor: ClientId }] });
    // It owns nothing, and can begin nothing that somebody is to own.
    expect((await shop('POST', `/account/${fresh()}/open`, { currency: 'EUR' })).status).toBe(403);
    expect((await shop('GET', '/ops/projections')).status).toBe(200);
  });
});
