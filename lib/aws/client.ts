/** How often the SDK sends one request before it gives up, the first time included. It waits up to half a second after the
 * first throttling, and twice as long after each further one: a fifth try could begin after the caller has left. */
export const attempts = 4;

/** A function has seconds, not minutes: a connection or an answer that takes this long (ms) is given up and tried again.
 * Without `throwOnRequestTimeout` the SDK would only warn of it. */
export const timeouts = { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true };
