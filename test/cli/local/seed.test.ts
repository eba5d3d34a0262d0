import { expect, it } from 'vitest';
import { usualHint } from '../../../lib/cli/local/seed.ts';
import { manifest as hotel } from '../../hotel/index.ts';

it('the commands to try come from the manifest if the application declares none: those for customers first', () => {
  const operatorsFirst = {
    ...hotel,
    aggregates: [...hotel.aggregates].sort((a) => (a.category === 'room' ? -1 : 1)),
    projections: [...hotel.projections].reverse(),
  };
  const [says, , command, view] = usualHint(operatorsFirst, 'http://api').split('\n');
  expect(says).toBe('Then send a command, and read a view, such as:');
  expect(command).toMatch(
    /^ {2}curl -s -X POST http:\/\/api\/guest\/my-first\/register -H "Authorization: Bearer \$TOKEN" -d '\{"mail":"\S{64}"\}'$/,
  );
  expect(view).toBe('  curl -s http://api/views/reservations -H "Authorization: Bearer $TOKEN"');
});
