import { expect, it } from 'vitest';
import { pathFor, usualHint } from '../../../lib/cli/local/seed.ts';
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

it('a demo user registers under the id of their token', () => {
  const token = ['head', Buffer.from(JSON.stringify({ sub: '5f1c-7' })).toString('base64url'), 'signature'].join('.');
  expect(pathFor('/customer/{me}/register', token)).toBe('/customer/5f1c-7/register');
  expect(pathFor('/account/demo/open', 'no token')).toBe('/account/demo/open');
});
