import type { CommitForm } from '../core/settings/fields.ts';
import type { Issuer } from '../http/caller.ts';

/** The rate limit of one caller in each instance of a function, if the deployment sets one. */
export const callerRate = (): number | undefined => {
  const rate = Number(process.env.CALLER_RATE);
  return rate > 0 ? rate : undefined;
};

/** The claims that name callers, if the deployment takes tokens of an issuer of the team's own. */
export const deployedIssuer = (): Issuer | undefined => {
  const { ID_CLAIM: id, ROLES_CLAIM: roles } = process.env;
  return id && roles ? { id, roles } : undefined;
};

/** How commits are stored, as a deployment says it: a deployment of before 2026-12 says nothing, and reads plain ones alone. */
export const commitFormIn = (said: string | undefined): CommitForm => (said === 'packed' ? 'packed' : 'plain');

/** How the deployment has its functions store commits. */
export const commitForm = (): CommitForm => commitFormIn(process.env.COMMIT_FORM);

/** The largest bodies of routes that have a limit of their own, in bytes. */
export const bodyLimits = (): Readonly<Record<string, number>> => JSON.parse(process.env.BODY_LIMITS ?? '{}');

/** Reads a variable that the deployment sets. A missing one is a fault of the deployment, found at the first start. */
export const environment = (name: string): string => {
  const value = process.env[name];
  if (!value)
    throw new Error(`The environment variable ${name} is not set: deploy this function by the constructs of lib/infra.`);
  return value;
};

/** True in a stage that keeps its data: operators' changes must say why. */
export const isProtected = (): boolean => process.env.PROTECTED === 'true';
