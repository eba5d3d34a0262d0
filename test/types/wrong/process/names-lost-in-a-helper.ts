import { process } from '../../../../lib/index.ts';
import { type DeskEvent, declared, type Memory } from '../right.ts';

// The compiler names: cancelDeadlines
export const wrong = process<Memory, DeskEvent>()({ ...declared, category: 'evening', on: { Closed: () => over() } });

const over = () => ({ cancelDeadlines: ['evening'] });
