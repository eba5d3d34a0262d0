import { inject } from 'vitest';

/** Whether the engine has what everything over HTTP needs; where it has not, the setup has said so by name. */
export const overHttp = (): boolean => inject('deployment') !== null;
