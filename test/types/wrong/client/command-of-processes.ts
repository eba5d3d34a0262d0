import type { manifest } from '../../../../domains/index.ts';
import { client } from '../../../../lib/client/index.ts';

const api = client<typeof manifest>({ url: '' });

// The compiler names: 'debit'
export const wrong = api.account('a1').debit({});
