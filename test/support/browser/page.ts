import type { manifest } from '../../../domains/index.ts';
import { client } from '../../../lib/client/index.ts';

/** What the page is told: where to sign in, as whom, and which account is its own. */
export type Visit = Readonly<{ api: string; users: string; clientId: string; username: string; password: string; id: string }>;

/** Signs in as Cognito's own libraries do. */
const signIn = async ({ users, clientId, username, password }: Visit): Promise<string> => {
  const response = await fetch(users, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth' },
    body: JSON.stringify({
      AuthFlow: 'USER_PASSWORD_AUTH',
      ClientId: clientId,
      AuthParameters: { USERNAME: username, PASSWORD: password },
    }),
  });
  const { AuthenticationResult } = (await response.json()) as { AuthenticationResult: { AccessToken: string } };
  return AuthenticationResult.AccessToken;
};

const visited = async (visit: Visit) => {
  const token = await signIn(visit);
  const sent: Headers[] = [];
  const api = client<typeof manifest>({
    url: visit.api,
    token: () => token,
    fetch: (input, init) => {
      sent.push(new Headers(init?.headers));
      return fetch(input, init);
    },
  });
  const account = api.account(visit.id);
  const { events } = await account.open({ currency: 'EUR' });
  const { version } = await account.deposit({ amount: 1050, currency: 'EUR' });
  // Views are often up to date by now: that the balance is right does not show that the token came through CORS and went along.
  const { balance } = await api.views.accountBalance.get(visit.id);
  const isConsistent = sent.at(-1)?.has('consistent-with');
  const again = await api.views.accountBalance.get(visit.id);
  const entries: string[] = [];
  for await (const { entry } of api.views.accountStatement.of(visit.id, { limit: 1 })) entries.push(entry);
  const refused: unknown = await account.withdraw({ amount: 5000, currency: 'EUR' }).catch((error: unknown) => error);
  if (!account.withdraw.refused(refused)) throw refused;
  return {
    origin: (globalThis as unknown as { location: { origin: string } }).location.origin,
    events,
    version,
    balance,
    isConsistent,
    again: again.balance,
    entries,
    reason: refused.reason,
    detail: refused.detail,
  };
};

export type Visited = Awaited<ReturnType<typeof visited>>;

Object.assign(globalThis, { visited });
