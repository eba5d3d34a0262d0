import { describe, expect, it } from 'vitest';
import { deciding } from '../../lib/testing/deciding.ts';
import { customer } from '../support/apps/customer/decider.ts';

const given = deciding(customer);
const ada = { name: 'Ada', email: 'ada@example.com' };
const registered = { type: 'CustomerRegistered', data: ada } as const;

describe('given/when/then with personal values', () => {
  it('takes plain values and expects plain ones, and evolve sees them sealed', () => {
    given().when({ type: 'Register', data: ada }).then(registered);
    given(registered).when({ type: 'Register', data: ada }).rejected('already-registered');
    given(registered)
      .when({ type: 'Move', data: { street: 'Ring 1', city: 'Wien' } })
      .then({ type: 'CustomerMoved', data: { address: { street: 'Ring 1', city: 'Wien' } } });
    given(registered)
      .when({ type: 'Recommend', data: { friend: 'bob', friendName: 'Bob', note: 'kind' } })
      .then({ type: 'FriendRecommended', data: { friend: 'bob', friendName: 'Bob', note: 'kind' } });
  });

  it('shows the plain values where an expectation fails', () => {
    const when = given().when({ type: 'Register', data: ada });
    expect(() => when.then({ type: 'CustomerRegistered', data: { ...ada, name: 'Bob' } })).toThrow(
      "'Bob' was expected, 'Ada' came",
    );
  });
});
