/** How people sign in: at the user pool's own pages, at another issuer's, or with an access token that they paste. */
export type SignIn =
  | Readonly<{ kind: 'cognito'; authorize: string; token: string; logout: string; clientId: string; scope: string }>
  | Readonly<{ kind: 'oidc'; issuer: string; clientId: string; scope: string }>
  | Readonly<{ kind: 'paste' }>;

/** What the deployment tells its console. */
export type Config = Readonly<{
  app: string;
  stage: string;
  stack: string;
  region?: string;
  /** Every change asks for a reason. */
  isProtected: boolean;
  signIn: SignIn;
}>;

/** The page is at `<API>/console/`; while it is developed its server has the API below `/api`. */
export const apiUrl = (): string =>
  import.meta.env.DEV ? `${location.origin}/api` : new URL('..', location.href).href.replace(/\/$/, '');

export const loadConfig = async (): Promise<Config> => {
  const answer = await fetch(import.meta.env.DEV ? '/api/console/config.json' : './config.json', { cache: 'no-cache' });
  if (answer.ok) return (await answer.json()) as Config;
  if (import.meta.env.DEV)
    return { app: 'foldstream', stage: 'dev', stack: 'foldstream-dev', isProtected: false, signIn: { kind: 'paste' } };
  throw new Error(`The deployment did not tell its console how to sign in: config.json was answered with ${answer.status}.`);
};
