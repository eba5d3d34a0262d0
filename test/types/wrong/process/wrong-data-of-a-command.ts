import { send } from '../../../../lib/index.ts';
import { desk } from '../right.ts';

// The compiler names: 'bye'
export const wrong = send(desk, '1', 'Open', { bye: 'ada' });
