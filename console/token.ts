/** Who a token names. */
export type Who = Readonly<{ id: string; name: string; roles: readonly string[]; until: number }>;

type Claims = Readonly<Record<string, unknown>>;

const claimsOf = (token: string): Claims => {
  const [, middle = ''] = token.split('.');
  const bytes = Uint8Array.from(atob(middle.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes)) as Claims;
};

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : typeof value === 'string' ? value.split(' ') : [];

/** A claim by its name, or else by its path: `realm.roles` is also the field `roles` of the claim `realm`, as the API has it. */
const claimAt = (claims: Claims, path: string): unknown =>
  Object.hasOwn(claims, path)
    ? claims[path]
    : path.split('.').reduce<unknown>((at, part) => (at as Claims | null | undefined)?.[part], claims);

/** Reads an access token, with the roles in a claim of the deployment's, for what the page shows; the API alone decides what it is good for. */
export const whoOf = (token: string, rolesClaim = 'cognito:groups'): Who => {
  try {
    const claims = claimsOf(token);
    const { sub, username, exp } = claims;
    const roles = texts(claimAt(claims, rolesClaim));
    if (typeof sub !== 'string') throw new Error();
    return { id: sub, name: typeof username === 'string' ? username : sub, roles, until: Number(exp ?? 0) * 1_000 };
  } catch {
    throw new Error('This is no access token: it must be a JWT with a `sub`.');
  }
};
