type Json = Readonly<Record<string, unknown>>;

const encoded = (value: Json): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A claim as API Gateway renders it for a function: everything is text, a list is `[a b]`. */
const rendered = (value: unknown): string => {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? `[${value.map(rendered).join(' ')}]` : JSON.stringify(value);
};

/** The parts of a function's event that come from a token which the gateway has verified. */
export const verifiedToken = (claims: Json) => ({
  headers: { authorization: `Bearer ${encoded({ alg: 'RS256', kid: 'k' })}.${encoded(claims)}.c2ln` },
  authorizer: { jwt: { claims: Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, rendered(value)])) } },
});

/** The same for an access token of the deployment's own pool. */
export const poolToken = (sub: string, ...groups: readonly string[]) =>
  verifiedToken({ sub, token_use: 'access', client_id: 'app', ...(groups.length > 0 && { 'cognito:groups': groups }) });
