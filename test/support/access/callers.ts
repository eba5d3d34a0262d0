import { audience, type Claims, type TestIssuer } from './issuer.ts';

/** Everything that an oracle needs to know of a caller. It is written out for each, and not computed. */
export type Caller = Readonly<{
  name: string;
  /** The words of a declaration that are true of the caller, whatever is asked for. */
  holds: readonly string[];
  /** True for a person who can own something. */
  mayOwn: boolean;
  /** True if the stream, the rows and all that a command names are the caller's. */
  owns: boolean;
  /** False if the gateway or the function must refuse the token. */
  valid: boolean;
  token?: string;
}>;

/** The owner as the issuer knows them, and as everything that is stored does. */
const ownerSub = 'auth0|ada';
export const ownerId = 'auth0~7Cada';

const people = {
  owner: ownerSub,
  other: 'u-bob',
  teller: 'u-tess',
  auditor: 'u-aude',
  operator: 'u-olga',
  both: 'u-both',
  staff: 'u-staff',
};

/** The claim with the roles. */
export const rolesClaim = 'https://example.com/roles';

/** One of each kind of caller, with tokens of an issuer. */
export const callersOf = ({ sign, forge, url }: TestIssuer): readonly Caller[] => {
  const token = (sub: string, roles: readonly string[] = [], more: Claims = {}) => ({
    sub,
    client_id: 'front-end',
    [rolesClaim]: roles,
    ...more,
  });
  const person = (name: string, sub: string, roles: readonly string[], over: Partial<Caller> = {}): Caller => ({
    name,
    holds: ['anyone', 'user', ...roles],
    mayOwn: true,
    owns: false,
    valid: true,
    token: sign(token(sub, roles)),
    ...over,
  });
  const refused = (name: string, bearer: string): Caller => ({
    name,
    holds: ['anyone'],
    mayOwn: false,
    owns: false,
    valid: false,
    token: bearer,
  });
  // Each of these would be let in everywhere if it were taken for what it says.
  const mighty = token(ownerSub, ['operator', 'teller', 'auditor']);
  return [
    { name: 'nobody', holds: ['anyone'], mayOwn: false, owns: false, valid: false },
    person('the owner', people.owner, [], { owns: true }),
    person('another customer', people.other, []),
    person('a teller', people.teller, ['teller']),
    person('an auditor', people.auditor, ['auditor']),
    person('a teller who is an auditor', people.both, ['teller', 'auditor']),
    person('an owner who is a teller', people.owner, ['teller'], { owns: true }),
    person('an operator', people.operator, ['operator'], { mayOwn: false }),
    person('an operator with the id of the owner', people.owner, ['operator'], { mayOwn: false }),
    person('a member of groups whose names contain roles', people.staff, [], {
      token: sign(token(people.staff, ['chief teller', 'operator 2', 'auditor]', 'owner', 'process', 'clerk'])),
    }),
    person('a machine that is an auditor', 'svc-export', ['auditor'], {
      mayOwn: false,
      token: sign(token('svc-export', ['auditor'], { client_id: 'svc-export' })),
    }),
    person('a machine without a role, with the id of the owner', people.owner, [], {
      mayOwn: false,
      token: sign(token(people.owner, [], { client_id: people.owner })),
    }),
    refused('a forged token', forge(mighty)),
    refused(
      'a token whose claims were changed',
      ((parts) => [parts[0], forge(mighty).split('.')[1], parts[2]].join('.'))(sign(token(people.other)).split('.')),
    ),
    refused('a token for another audience', sign({ ...mighty, aud: `${audience}-2` })),
    refused('an expired token', sign({ ...mighty, exp: 1_700_000_000 })),
    refused('a token of another issuer', sign({ ...mighty, iss: `${url}-2` })),
    refused('an id token', sign({ ...mighty, at_hash: 'x' })),
  ];
};
