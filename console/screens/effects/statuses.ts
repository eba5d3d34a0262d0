import type { PerformanceRow } from '../../../lib/core/effect/performances-view.ts';
import type { Tone } from '../../parts/badge.tsx';

export const statusTones: Readonly<Record<PerformanceRow['status'] | 'new', Tone>> = {
  new: 'busy',
  open: 'busy',
  failing: 'warn',
  'timed-out': 'bad',
  late: 'bad',
  answered: 'ok',
  refused: 'off',
};

/** Without an outcome: it may be tried again, and answered by hand. */
export const isUnanswered = (status: string): boolean => ['open', 'failing', 'timed-out'].includes(status);
