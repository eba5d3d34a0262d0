import type { manifest } from '../../../../domains/index.ts';
import { client } from '../../../../lib/client/index.ts';

const api = client<typeof manifest>({ url: '' });

// The compiler names: 'accountBalanse'
export const wrong = api.views.accountBalanse.get('a1');
