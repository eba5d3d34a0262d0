import { expect, it } from 'vitest';
import { capacityMeter } from '../../../lib/aws/rebuild/meter.ts';

it('sums the units of reads and writes, and starts from zero after a report', () => {
  const { observe, taken } = capacityMeter();
  observe({ command: 'Query', requests: 1, units: 2.5 });
  observe({ command: 'GetItem', requests: 1, units: 0.5 });
  observe({ command: 'PutItem', requests: 1, units: 3 });
  // A call that failed otherwise has taken nothing.
  observe({ command: 'PutItem', requests: 1, units: 0, error: 'ThrottlingException' });
  observe({ command: 'DeleteItem', requests: 1, units: 0 });
  expect(taken()).toEqual({ read: 3, write: 3 });
  expect(taken()).toEqual({ read: 0, write: 0 });
});

it('a write whose condition failed took at least one unit, which is not reported', () => {
  const { observe, taken } = capacityMeter();
  observe({ command: 'PutItem', requests: 1, units: 0, error: 'ConditionalCheckFailedException' });
  observe({ command: 'PutItem', requests: 1, units: 4, error: 'ConditionalCheckFailedException' });
  expect(taken()).toEqual({ read: 0, write: 5 });
});
