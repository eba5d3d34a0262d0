import { FromNewerRelease } from '../core/version.ts';
import { transactionErrors } from './condition.ts';

const names = new Set([
  'ThrottlingException',
  // As CloudWatch and CloudFormation name it, and Lambda.
  'Throttling',
  'TooManyRequestsException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'InternalServerError',
  'ServiceUnavailable',
  'TimeoutError',
  // The store handles lost races itself: they never get here.
  ...transactionErrors,
]);
const codes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);

/**
 * True for failures that a retry may overcome: throttling and network errors that are left after the SDK's retries, and events of a newer release.
 */
export const isTransient = (error: unknown): boolean => {
  if (error instanceof FromNewerRelease) return true;
  if (!(error instanceof Error)) return false;
  const { $retryable, $metadata, code } = error as {
    $retryable?: unknown;
    $metadata?: { httpStatusCode?: number };
    code?: string;
  };
  return (
    $retryable !== undefined ||
    names.has(error.name) ||
    (code !== undefined && codes.has(code)) ||
    ($metadata?.httpStatusCode ?? 0) >= 500
  );
};
