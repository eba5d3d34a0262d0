/** The page of the console, below the address of the API: people sign in and out from there. With a name of its own, since no route of the gateway ends in a slash. */
export const consolePage = 'console/index.html';

/**
 * How people sign in to the console: by an authorization code with PKCE as a public client of the user pool, or of another issuer, whose addresses the page asks
 * for there; or with an access token that they paste, where the deployment knows of no page to sign in at.
 */
export type SignIn =
  | Readonly<{ kind: 'cognito'; authorize: string; token: string; logout: string; clientId: string; scope: string }>
  | Readonly<{
      kind: 'oidc';
      issuer: string;
      clientId: string;
      scope: string;
      /** Further parameters of the request for a code. */
      parameters: Readonly<Record<string, string>>;
    }>
  | Readonly<{ kind: 'paste' }>;

/** `GET /console/config.json`: what the deployment tells its console. It is for everybody, and holds no secret. */
export type ConsoleConfig = Readonly<{
  app: string;
  stage: string;
  stack: string;
  region: string;
  /** Its data are kept: every change asks for a reason. */
  isProtected: boolean;
  /** It runs on one's own machine. */
  isLocal: boolean;
  /** The claim of an access token with the caller's roles. */
  rolesClaim: string;
  /** The roles that may look up, export and erase persons; absent where no event has personal values. */
  erasers?: readonly string[];
  signIn: SignIn;
}>;

/** A file as it is served: compressed already, in base64. */
export type PackedFile = Readonly<{ type: string; tag: string; gzip: string; br?: string }>;

/** The files of the console by their paths. */
export type Site = Readonly<Record<string, PackedFile>>;
