import type { Role } from '../core/access/roles.ts';
import { type Actor, anybody } from '../core/access.ts';
import { roleServer } from '../core/deployed-names.ts';
import type { Manifest } from '../core/manifest.ts';
import { ProblemError } from '../core/problem.ts';
import { isId } from '../core/stream.ts';

/** The claims of a token, as the gateway has verified them: it renders each as text, a list as `[a b]`. */
export type Claims = Readonly<Record<string, unknown>>;

/** The claims that say who a caller is. */
export type Issuer = Readonly<{
  /** The claim with the caller's id. */
  id: string;
  /** The claim with the caller's roles: a list, or a text with spaces between them. `a.b` is also the field `b` of the claim `a`. */
  roles: string;
}>;

/** The claims of a Cognito pool's access tokens. */
const cognito = { id: 'sub', roles: 'cognito:groups' } as const satisfies Issuer;

/** Everything that makes an actor of a token. */
export type Callers = Readonly<{ issuer: Issuer; roles: ReadonlySet<string>; reserved: ReadonlySet<string> }>;

/** The callers of a manifest's API. Only roles that the manifest declares count; and no caller may have an id that stands for somebody else in a commit. */
export const callersOf = (
  { roles = [], processes = [], hooks = {} }: Pick<Manifest, 'roles' | 'processes' | 'hooks'>,
  issuer: Issuer = cognito,
): Callers => ({
  issuer,
  roles: new Set(['operator', ...roles]),
  reserved: new Set([anybody.id, 'import', 'operators', ...processes.map(({ category }) => category), ...Object.keys(hooks)]),
});

const unauthorized = (detail: string): ProblemError => new ProblemError({ kind: 'unauthorized', detail });

/** A token without its signature, which the gateway has checked. */
const payloadIn = (authorization: string | undefined): Claims | undefined => {
  const [, payload = ''] = /^(?:Bearer\s+)?[\w-]+\.([\w-]+)\.[\w-]+$/i.exec(authorization?.trim() ?? '') ?? [];
  try {
    const parsed: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    return typeof parsed === 'object' && parsed !== null ? (parsed as Claims) : undefined;
  } catch {
    return undefined;
  }
};

/** The text claims that together identify a token. */
const identifying = ['iss', 'sub', 'jti', 'client_id', 'azp', 'aud', 'scope'];

/**
 * The token's own claims, with their lists. The gateway's text of a list does not say where one entry ends: `[chief teller]` is one group or two. So
 * the structure comes from the token, and it must be the token that the gateway has verified.
 */
const verifiedClaims = (verified: Claims, authorization: string | undefined): Claims => {
  const own = payloadIn(authorization);
  const differs = (name: string) => typeof own?.[name] === 'string' && own[name] !== verified[name];
  if (!own || identifying.some(differs))
    throw unauthorized('The token cannot be read: send one Authorization header, with one access token.');
  return own;
};

/** An id token is for the client itself. No standard tells it from an access token; these claims do. */
const isForClient = ({ token_use, typ, at_hash }: Claims, issuer: Issuer): boolean =>
  (issuer === cognito || token_use !== undefined ? token_use !== 'access' : typ === 'ID' || typ === 'Refresh') ||
  at_hash !== undefined;

/** A claim by its name, or else by its path. */
const claimAt = (claims: Claims, path: string): unknown => {
  if (Object.hasOwn(claims, path)) return claims[path];
  const [first = '', ...rest] = path.split('.');
  const outer = Object.hasOwn(claims, first) ? claims[first] : undefined;
  return rest.length > 0 && typeof outer === 'object' && outer !== null ? claimAt(outer as Claims, rest.join('.')) : undefined;
};

const listed = (claim: unknown): readonly unknown[] =>
  typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [];

/**
 * True for a token that a client got in its own name, by client credentials. By RFC 9068 the client is then the subject; Entra, Auth0 and Keycloak say it in
 * claims of their own.
 */
const isMachine = (claims: Claims): boolean =>
  (typeof claims.sub === 'string' && [claims.client_id, claims.azp, claims.cid].includes(claims.sub)) ||
  claims.idtyp === 'app' ||
  claims.gty === 'client-credentials' ||
  String(claims.preferred_username).startsWith('service-account-');

/**
 * A caller's id in the form of all ids, since it becomes one: the key of a row, a part of a path, the id of a stream. Issuers use other characters
 * too (`auth0|5f1c`), and each is written as `~` and the hexadecimal digits of its bytes. Different ids stay different. Undefined for a text that no id
 * can stand for.
 */
const idOf = (claim: unknown): string | undefined => {
  if (typeof claim !== 'string' || !claim.isWellFormed()) return undefined;
  const bytes = (text: string) =>
    [...Buffer.from(text)].map((byte) => `~${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
  const written = claim.replace(/[^A-Za-z0-9_.-]|[_.-]$/gu, bytes);
  // An id begins with a letter or a digit, and `~~` occurs nowhere else.
  const id = /^[A-Za-z0-9]/.test(written) ? written : `x~~${written}`;
  return isId(id) ? id : undefined;
};

/** The actor of a request. A route without a token has none, whatever token was sent, since nobody verified it. */
export const actorIn = (
  { issuer, roles, reserved }: Callers,
  verified: Claims | undefined,
  authorization: string | undefined,
): Actor => {
  if (!verified) return anybody;
  const claims = verifiedClaims(verified, authorization);
  if (isForClient(claims, issuer)) throw unauthorized('Send an access token: an id token is only for the client itself.');
  const id = idOf(claims[issuer.id]);
  if (id === undefined || claims[issuer.id] !== verified[issuer.id] || reserved.has(id))
    throw unauthorized(
      `The access token names nobody: its claim '${issuer.id}' must be a text of at most 128 characters (fewer if they are not letters, digits, or one of - _ .), and no name that this API uses itself.`,
    );
  const machine = isMachine(claims);
  const granted =
    machine && issuer === cognito
      ? listed(claims.scope).map((scope) =>
          String(scope).startsWith(`${roleServer}/`) ? String(scope).slice(roleServer.length + 1) : undefined,
        )
      : listed(claimAt(claims, issuer.roles));
  const known = granted.filter((role): role is Role => typeof role === 'string' && roles.has(role));
  return { id, kind: machine ? 'machine' : 'user', roles: [...new Set(known)].sort() };
};
