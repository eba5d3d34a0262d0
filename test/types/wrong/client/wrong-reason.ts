import type { manifest } from '../../../../domains/index.ts';
import { client } from '../../../../lib/client/index.ts';

const api = client<typeof manifest>({ url: '' });

// The compiler names: '"insufficient-fund"'
export const wrong = (error: unknown) => {
  if (api.account('a1').withdraw.refused(error)) return error.reason === 'insufficient-fund';
  return false;
};
