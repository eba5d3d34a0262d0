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
export const settings = { maxAttempts: attempts, retryMode: 'standard', requestHandler: timeouts } as const;

/** Waits for a request; undefined if it failed with an error of this class, which its caller expects. Any other error is thrown. */
export const unless = <T>(expected: abstract new (...parameters: never) => Error, request: Promise<T>): Promise<T | undefined> =>
  request.catch((error: unknown) => {
    if (error instanceof expected) return undefined;
    throw error;
  });
