import type { manifest } from '../../../../domains/index.ts';
import { client } from '../../../../lib/client/index.ts';

const api = client<typeof manifest>({ url: '' });

// The compiler names: 'balanse'
export const wrong = async () => (await api.views.accountBalance.get('a1')).balanse;
