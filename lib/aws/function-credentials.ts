import { environment } from './environment.ts';

/**
 * Stands for the SDK's `@aws-sdk/credential-provider-node` in the functions' bundles. Lambda hands a function its role's
 * credentials in the environment and nowhere else, so that the SDK's search through files, SSO and STS is 90 KB for nothing.
 */
export const defaultProvider = () => async () => ({
  accessKeyId: environment('AWS_ACCESS_KEY_ID'),
  secretAccessKey: environment('AWS_SECRET_ACCESS_KEY'),
  ...(process.env.AWS_SESSION_TOKEN && { sessionToken: process.env.AWS_SESSION_TOKEN }),
});
