import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { type SecretPlace, secretPlace } from '../core/effect/secret.ts';
import type { Clock } from '../engine/ports.ts';
import type { Secrets } from '../http/hook.ts';
import { settings } from './client/settings.ts';
import { environment } from './environment.ts';

/** After so long a secret is read again: a rotated one is in use everywhere by then. */
const keptMilliseconds = 5 * 60_000;

/** A secret that does not fit is read again at most once in so long: wrong signatures, which anybody can send, must not cost a request each. */
const readAgainAfter = 30_000;

let manager: SecretsManagerClient | undefined;
let parameters: SSMClient | undefined;

/** One client of each service for all reads: a new one would make a new connection each time. A function that needs no secret makes none. */
const managerClient = (): SecretsManagerClient => (manager ??= new SecretsManagerClient(settings));
const parameterClient = (): SSMClient => (parameters ??= new SSMClient(settings));

const fetched = async ({ service, name }: SecretPlace): Promise<string> => {
  const value =
    service === 'secrets-manager'
      ? (await managerClient().send(new GetSecretValueCommand({ SecretId: name }))).SecretString
      : (await parameterClient().send(new GetParameterCommand({ Name: name, WithDecryption: true }))).Parameter?.Value;
  if (!value) throw new Error(`The secret '${name}' has no text: give it a value.`);
  return value;
};

type Kept = Readonly<{ value: Promise<string>; at: number }>;

/** A team's secrets, read by the names that it declared, and kept for some minutes. A failed read is not kept; no value is ever logged. */
export const teamSecrets = (
  clock: Pick<Clock, 'now'>,
  fetch: (place: SecretPlace) => Promise<string> = fetched,
  stage = environment('STAGE'),
): Secrets => {
  const kept = new Map<string, Kept>();
  const isYoung = ({ at }: Kept, milliseconds: number) => at <= clock.now() && clock.now() < at + milliseconds;
  const readNow = (name: string): Promise<string> => {
    const entry = { value: fetch(secretPlace(name, stage)), at: clock.now() };
    kept.set(name, entry);
    entry.value.catch(() => {
      if (kept.get(name) === entry) kept.delete(name);
    });
    return entry.value;
  };
  return {
    read: (name) => {
      const there = kept.get(name);
      return there && isYoung(there, keptMilliseconds) ? there.value : readNow(name);
    },
    readAgain: async (name) => {
      const there = kept.get(name);
      return there && isYoung(there, readAgainAfter) ? undefined : readNow(name);
    },
  };
};
