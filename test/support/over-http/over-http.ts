import { inject } from 'vitest';

/** True if the local cloud has everything that tests over HTTP need; otherwise the setup has named what is missing. */
export const overHttp = (): boolean => inject('deployment') !== null;
