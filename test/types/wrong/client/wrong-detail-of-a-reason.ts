import type { manifest } from '../../../../domains/index.ts';
import { client } from '../../../../lib/client/index.ts';

const api = client<typeof manifest>({ url: '' });

// The compiler names: 'balans'
export const wrong = (error: unknown) => {
  const { withdraw } = api.account('a1');
  if (withdraw.refused(error) && error.reason === 'insufficient-funds') return error.detail.balans;
  return undefined;
};
