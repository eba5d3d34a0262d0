import { userInfo } from 'node:os';

/** The actor of requests from the command line, where nobody signs in. */
export const asker = (): string => `cli/${userInfo().username}`;
