import { demoToken, localDeployment } from '../local/deployment.ts';
import { subjectOf } from '../local/token-subject.ts';
import { UserError } from '../terminal/user-error.ts';
import { usualCaller } from './mix.ts';

/** A user who sends commands. */
export type Caller = Readonly<{
  /** The id that the API knows the user by. */
  me: string;
  token: () => Promise<string>;
}>;

/** Tokens of demo users are valid for an hour. */
const renewedAfter = 45 * 60_000;

const variableOf = (as: string) =>
  as === usualCaller ? 'FOLDSTREAM_TOKEN' : `FOLDSTREAM_TOKEN_${as.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;

const given = (token: string, from: string): Caller => ({ me: subjectOf(token, from), token: async () => token });

const demoUser = async (as: string): Promise<Caller> => {
  const deployment = localDeployment();
  let [token, since] = [await demoToken(deployment, as), Date.now()];
  const renewed = async () => {
    if (Date.now() - since > renewedAfter) [token, since] = [await demoToken(deployment, as), Date.now()];
    return token;
  };
  return { me: subjectOf(token, `The token of ${as}`), token: renewed };
};

/** The callers of a load, by the names in its mix: by the tokens in the environment, or else the demo users of the local deployment. */
export const callersOf = async (
  names: readonly string[],
  isLocal: boolean,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<ReadonlyMap<string, Caller>> => {
  const callers = new Map<string, Caller>();
  for (const as of names) {
    const variable = variableOf(as);
    const token = env[variable]?.trim();
    if (!token && !isLocal)
      throw new UserError(`There is no token of ${as}.`, `Put an access token into the environment as ${variable}.`);
    callers.set(as, token ? given(token, variable) : await demoUser(as));
  }
  return callers;
};
