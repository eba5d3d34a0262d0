import type { manifest } from '../../../../domains/index.ts';
import { client } from '../../../../lib/client/index.ts';

const api = client<typeof manifest>({ url: '' });

// The compiler names: '"subject-erased"'
export const wrong = (error: unknown) => {
  if (api.account('a1').withdraw.refused(error)) return error.reason === 'subject-erased';
  return false;
};
