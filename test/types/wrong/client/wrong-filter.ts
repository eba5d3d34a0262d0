import type { manifest } from '../../../../domains/index.ts';
import { client } from '../../../../lib/client/index.ts';

const api = client<typeof manifest>({ url: '' });

// The compiler names: 'color'
export const wrong = api.views.accountBalance.list({ filter: { color: 'red' } });
