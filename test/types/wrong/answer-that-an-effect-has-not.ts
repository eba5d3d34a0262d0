import { adapter } from '../../../lib/index.ts';
import { ring } from './right.ts';

// The compiler names: { herd: boolean; }
export const wrong = adapter(ring, async () => ({ done: { herd: true } }));
