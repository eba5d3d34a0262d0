import { collected } from './collected.ts';
import { Sha256 } from './sha256.ts';

/**
 * The SDK's attempts for one request, the first one included. It waits up to half a second after the first throttling, and twice as long after each
 * further one: a fifth try could begin after the caller has left.
 */
export const attempts = 4;

/**
 * Timeouts in ms, after which a connection or a request is retried: a function has seconds, not minutes. Without `throwOnRequestTimeout` the SDK
 * would only warn.
 */
export const timeouts = { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true };

/** The settings of the functions' clients. */
export const settings = {
  maxAttempts: attempts,
  retryMode: 'standard',
  requestHandler: timeouts,
  sha256: Sha256,
  streamCollector: collected,
} as const;
