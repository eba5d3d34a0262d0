import { FromNewerRelease } from '../core/version.ts';

const names = new Set([
  'ThrottlingException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'InternalServerError',
  'ServiceUnavailable',
  'TimeoutError',
  'TransactionConflictException',
  // What the store makes an answer of, a lost race, never gets here.
  'TransactionCanceledException',
  'TransactionInProgressException',
]);
const codes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);

/** Whether a failure passes by itself: what the SDK's own retries left over, a network's, or a newer release's event. */
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
