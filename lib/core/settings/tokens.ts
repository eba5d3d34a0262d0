import * as z from 'zod';

/** The most audiences that API Gateway takes for one authorizer; with a pool each client is one. */
const mostAudiences = 50;

/** The clients of a pool that are the users' own: one for programs, and one for the console. */
const usersClients = 2;

const isOnThisMachine = ({ hostname }: URL): boolean => /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);

/** The fault of an issuer's address. Tokens must have exactly this text in `iss`, so it is never normalized. */
const faultOf = (address: string): string | undefined => {
  if (!URL.canParse(address))
    return `'${address}' is not an address: write it as \`iss\` is in the tokens, such as https://id.example.com`;
  const url = new URL(address);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isOnThisMachine(url)))
    return `'${address}' is not protected by TLS: API Gateway reads the keys of an issuer over https alone`;
  return url.search || url.hash || url.username || url.password
    ? `'${address}' must have neither user, query nor fragment: it is the text of \`iss\``
    : undefined;
};

const claim = (usual: string) => z.string().min(1).max(128).default(usual);

/** How people sign in to the console: a public client of the issuer, by authorization code with PKCE. */
const consoleClient = z.strictObject({
  client: z.string().min(1).max(256),
  scopes: z.array(z.string().min(1)).default(['openid']),
  /** Further parameters of the request for a code, such as the `audience` that some issuers ask for. */
  parameters: z.record(z.string(), z.string()).default({}),
  /** Further origins of the issuer's that the page may call, such as that of a token endpoint elsewhere. */
  origins: z.array(z.url({ protocol: /^https?$/ })).default([]),
});

/** The issuer of the tokens that the API takes, in the place of a user pool: `null` for the deployment's own pool. */
export const issuerSetting = z
  .strictObject({
    url: z.string().superRefine((address, { addIssue }) => {
      const fault = faultOf(address);
      if (fault !== undefined) addIssue(fault);
    }),
    /** What tokens for this API have in `aud`, or in `client_id` where they have no `aud`: one of these. */
    audience: z
      .union([z.string().transform((one) => [one]), z.array(z.string())])
      .refine(
        (all) =>
          all.length > 0 && all.length <= mostAudiences && all.every((one) => one !== '') && new Set(all).size === all.length,
        `1 to ${mostAudiences} different texts, as \`aud\` is in the tokens for this API`,
      ),
    idClaim: claim('sub'),
    rolesClaim: claim('roles'),
    console: consoleClient.optional(),
  })
  .nullable();

/** The text of `-c issuer=https://id.example.com` as the part of the setting that it stands for; `-c issuer=none` is the deployment's own pool. */
export const issuerIn = (text: string): unknown => (text === 'none' ? null : { url: text });

/** `-c audience=`, `-c idClaim=`, `-c rolesClaim=` and `-c consoleClient=` beside `-c issuer=`. */
export const issuerFlags = {
  audience: (given: unknown) => ({ audience: typeof given === 'string' ? given.split(',') : given }),
  idClaim: (given: unknown) => ({ idClaim: given }),
  rolesClaim: (given: unknown) => ({ rolesClaim: given }),
  consoleClient: (given: unknown) => ({ console: { client: given } }),
};

const machineName = /^[a-z][a-z0-9-]{0,39}$/;

/** The clients of the deployment's own pool that get tokens in their own name, each with its roles. */
export const machinesSetting = z
  .record(z.string(), z.strictObject({ roles: z.array(z.string()).min(1, 'give at least one role') }))
  .superRefine((machines, { addIssue }) => {
    const names = Object.keys(machines);
    const wrong = names.find((name) => !machineName.test(name));
    if (wrong !== undefined)
      addIssue(`a machine has a name of 1 to 40 of a-z 0-9 and hyphens, beginning with a letter, and '${wrong}' is none`);
    if (names.length > mostAudiences - usersClients) addIssue(`there may be ${mostAudiences - usersClients} machines at most`);
  });

/** The text of `-c machines=billing-export:auditor,shop:operator+teller` as the setting that it stands for. */
export const machinesIn = (text: string): unknown =>
  Object.fromEntries(
    text.split(',').map((each) => {
      const [name = '', roles = ''] = each.split(':');
      return [name.trim(), { roles: roles.split('+').filter(Boolean) }];
    }),
  );
