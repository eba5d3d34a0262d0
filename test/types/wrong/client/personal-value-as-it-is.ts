import type { manifest } from '../../../../domains/index.ts';
import { client } from '../../../../lib/client/index.ts';

const api = client<typeof manifest>({ url: '' });

// The compiler names: 'toUpperCase' does not exist on type 'string | Readonly<{ erased: true; }> | Readonly<{ masked: true; }>'
export const wrong = async () => (await api.views.customerProfile.get('ada')).name.toUpperCase();
