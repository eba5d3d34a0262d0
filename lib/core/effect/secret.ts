/** Where a team's own secret is kept, and under which name. */
export type SecretPlace = Readonly<{ service: 'secrets-manager' | 'parameter-store'; name: string }>;

const parameterPrefix = 'ssm:';

/**
 * The place of a secret by its declared name: Secrets Manager, or Parameter Store for one that begins with `ssm:`. `{environment}` in it stands for the
 * name of the environment.
 * @example secretPlace('ssm:/{environment}/mail', 'prod'); // { service: 'parameter-store', name: '/prod/mail' }
 */
export const secretPlace = (declared: string, environment: string): SecretPlace => {
  const name = declared.replaceAll('{environment}', environment);
  return name.startsWith(parameterPrefix)
    ? { service: 'parameter-store', name: name.slice(parameterPrefix.length) }
    : { service: 'secrets-manager', name };
};

const managed = /^[\w/+=.@-]{1,480}$/;
const parameter = /^\/?[\w.-]+(\/[\w.-]+)*$/;

/**
 * The fault of a secret's declared name, if it has one. A wildcard in it would grant more than one secret.
 * @example secretFault('payments/key'); // undefined
 */
export const secretFault = (declared: string): string | undefined => {
  const { service, name } = secretPlace(declared, 'environment');
  if (service === 'parameter-store' ? parameter.test(name) && name.length <= 1_000 : managed.test(name)) return undefined;
  return `the secret '${declared}' is not a name: use that of a secret in Secrets Manager such as 'payments/key', or 'ssm:/payments/key' for a parameter`;
};
