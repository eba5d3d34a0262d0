/** A command line has minutes where a function has seconds: what a busy table does not answer at once it may answer later. */
export const patience = {
  maxAttempts: 8,
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
};
