import { UserError } from '../terminal/user-error.ts';

/** The id of the user whom a token names; `from` says in an error where a text that is no token came from. */
export const subjectOf = (token: string, from: string): string => {
  try {
    const { sub } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sub?: unknown };
    if (typeof sub === 'string') return sub;
  } catch {
    // It is said below.
  }
  throw new UserError(`${from} is no access token.`, 'It must be a JWT with a `sub`, as the issuer of the API gives it.');
};
