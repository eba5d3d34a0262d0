import type { SignIn } from './config.ts';

/** What an issuer gives. */
export type Tokens = Readonly<{ access: string; refresh?: string }>;

type Endpoints = Readonly<{
  authorize: string;
  token: string;
  logout?: string;
  clientId: string;
  scope: string;
  parameters?: Readonly<Record<string, string>>;
}>;
type Begun = Readonly<{ verifier: string; state: string; fragment: string }>;

const begunKey = 'foldstream.sign-in';

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
const random = (): string => base64url(crypto.getRandomValues(new Uint8Array(32)));

/** The page without query and fragment: where the issuer sends people back to. */
const here = (): string => location.origin + location.pathname;

const clientOf = ({ clientId, scope, parameters }: Extract<SignIn, { kind: 'oidc' }>) => ({ clientId, scope, parameters });

const endpointsOf = async (signIn: Exclude<SignIn, { kind: 'paste' }>): Promise<Endpoints> => {
  if (signIn.kind === 'cognito') return signIn;
  const answer = await fetch(`${signIn.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  if (!answer.ok)
    throw new Error(`${signIn.issuer} does not say where one signs in: its configuration was answered with ${answer.status}.`);
  const said = (await answer.json()) as Readonly<Record<string, string>>;
  const { authorization_endpoint: authorize, token_endpoint: token, end_session_endpoint: logout } = said;
  if (!authorize || !token) throw new Error(`${signIn.issuer} names no pages to sign in at.`);
  return { authorize, token, ...(logout !== undefined && { logout }), ...clientOf(signIn) };
};

/** Leaves for the issuer's page. */
export const beginSignIn = async (signIn: Exclude<SignIn, { kind: 'paste' }>): Promise<void> => {
  if (!crypto.subtle)
    throw new Error('Browsers sign in on pages of https or of localhost alone: open the console by such an address.');
  const { authorize, clientId, scope, parameters } = await endpointsOf(signIn);
  const begun: Begun = { verifier: random(), state: random(), fragment: location.hash };
  sessionStorage.setItem(begunKey, JSON.stringify(begun));
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(begun.verifier));
  const to = new URL(authorize);
  for (const [name, value] of Object.entries({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: here(),
    scope,
    state: begun.state,
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: 'S256',
    ...parameters,
  }))
    to.searchParams.set(name, value);
  location.assign(to);
};

const askTokens = async ({ token, clientId }: Endpoints, more: Readonly<Record<string, string>>): Promise<Tokens> => {
  const answer = await fetch(token, { method: 'POST', body: new URLSearchParams({ client_id: clientId, ...more }) });
  if (!answer.ok) throw new Error(`The issuer gave no token: it answered with ${answer.status}. Sign in again.`);
  const { access_token: access, refresh_token: refresh } = (await answer.json()) as Readonly<Record<string, string>>;
  if (!access) throw new Error('The issuer gave no access token. Sign in again.');
  return { access, ...(refresh !== undefined && { refresh }) };
};

/** Ends a sign-in that the issuer sent back, if one was; then one is where one had been. */
export const endSignIn = async (signIn: SignIn): Promise<Tokens | undefined> => {
  const answered = new URLSearchParams(location.search);
  const [code, state, error] = ['code', 'state', 'error'].map((name) => answered.get(name));
  if (signIn.kind === 'paste' || (!code && !error)) return undefined;
  const begun = JSON.parse(sessionStorage.getItem(begunKey) ?? '{}') as Partial<Begun>;
  sessionStorage.removeItem(begunKey);
  history.replaceState(null, '', here() + (begun.fragment ?? ''));
  if (error) throw new Error(`Signing in failed: ${answered.get('error_description') ?? error}.`);
  // An answer to a question that this tab never asked is nobody's.
  if (!begun.verifier || state !== begun.state) throw new Error('This is no answer to a sign-in of this tab. Sign in again.');
  return askTokens(await endpointsOf(signIn), {
    grant_type: 'authorization_code',
    code: code!,
    redirect_uri: here(),
    code_verifier: begun.verifier,
  });
};

/** A new access token for a refresh token. */
export const renewed = async (signIn: SignIn, { refresh }: Tokens): Promise<Tokens | undefined> => {
  if (signIn.kind === 'paste' || refresh === undefined) return undefined;
  const tokens = await askTokens(await endpointsOf(signIn), { grant_type: 'refresh_token', refresh_token: refresh });
  return { refresh, ...tokens };
};

/** Leaves for the issuer's page that signs out, if there is one. */
export const leave = async (signIn: SignIn): Promise<void> => {
  if (signIn.kind === 'paste') return location.reload();
  const { logout, clientId } = await endpointsOf(signIn);
  if (logout === undefined) return location.reload();
  const to = new URL(logout);
  to.searchParams.set('client_id', clientId);
  to.searchParams.set(signIn.kind === 'cognito' ? 'logout_uri' : 'post_logout_redirect_uri', here());
  location.assign(to);
};
