import type { manifest } from '../../../../domains/index.ts';
import { client } from '../../../../lib/client/index.ts';

const api = client<typeof manifest>({ url: '' });

// The compiler names: "by-state"
export const wrong = api.views.accountBalance.list({ list: 'by-state', by: 'open' });
