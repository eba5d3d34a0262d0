/** Waits for a request; undefined if it failed with an error of this class, which its caller expects. Any other error is thrown. */
export const unless = <T>(expected: abstract new (...parameters: never) => Error, request: Promise<T>): Promise<T | undefined> =>
  request.catch((error: unknown) => {
    if (error instanceof expected) return undefined;
    throw error;
  });
