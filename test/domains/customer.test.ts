import { describe, expect, it } from 'vitest';
import { type Customer, customer } from '../../domains/customer/decider.ts';
import { customerDirectory } from '../../domains/customer/projections/directory.ts';
import { customerProfile } from '../../domains/customer/projections/profile.ts';
import { fold, user } from '../../lib/index.ts';
import { deciding, projecting } from '../../lib/testing/index.ts';

const given = deciding(customer);
const address = { street: 'Ring 1', postcode: '1010', city: 'Wien', country: 'AT' };
const ada = { name: 'Ada Lovelace', email: 'ada@example.com', address, birthDate: '1815-12-10' };
const registered = { type: 'CustomerRegistered', data: { owner: 'ada', ...ada } } as const;
const left = { type: 'CustomerLeft', data: {} } as const;

const register = { type: 'Register', data: ada } as const;
const elsewhere = { ...address, street: 'Ring 2' };
const changes = [
  [
    { type: 'Rename', data: { name: 'Ada King' } },
    { type: 'CustomerRenamed', data: { name: 'Ada King' } },
  ],
  [
    { type: 'ChangeEmail', data: { email: 'king@example.com' } },
    { type: 'CustomerEmailChanged', data: { email: 'king@example.com' } },
  ],
  [
    { type: 'Move', data: { address: elsewhere } },
    { type: 'CustomerMoved', data: { address: elsewhere } },
  ],
  [
    { type: 'CorrectBirthDate', data: { birthDate: '1815-12-11' } },
    { type: 'CustomerBirthDateCorrected', data: { birthDate: '1815-12-11' } },
  ],
] as const;
const leave = { type: 'Leave', data: {} } as const;

describe('a customer', () => {
  it('registers under the id of their token, once', () => {
    given().when(register, { id: 'ada' }).then(registered);
    given().when(register, { id: 'bob' }).rejected('not-your-id', { id: 'ada' });
    given(registered).when(register, { id: 'ada' }).rejected('already-registered', { customerStatus: 'registered' });
    given(registered, left).when(register, { id: 'ada' }).rejected('already-registered', { customerStatus: 'left' });
  });

  it('has one address in small letters, whatever was typed', () =>
    given()
      .when({ ...register, data: { ...ada, email: 'Ada@Example.COM' } }, { id: 'ada' })
      .then(registered));

  it.each(changes)('changes what $type is about, and nobody else does', (command, event) => {
    given(registered).when(command).then(event);
    given(registered)
      .when(command, { actor: user('bob') })
      .forbidden();
    given(registered)
      .when(command, { actor: user('olga', 'operator') })
      .forbidden();
    given().when(command).rejected('not-registered');
    given(registered, left).when(command).rejected('left');
  });

  it('leaves once, and is shown out by an operator too', () => {
    given(registered).when(leave).then(left);
    given(registered)
      .when(leave, { actor: user('olga', 'operator') })
      .then(left);
    given(registered, left).when(leave).then();
    given().when(leave).rejected('not-registered');
  });

  it('holds a unique address from registering to leaving', () => {
    const email = { of: 'ada' } as never;
    const held = (...events: readonly Readonly<{ type: string; data: object }>[]) =>
      customer.unique?.email?.(fold(customer, customer.initial, events as never) as Customer);
    const sealed = { ...registered, data: { ...registered.data, email } };
    expect([held(sealed), held(sealed, left)]).toEqual([email, undefined]);
  });
});

describe('the views of customers', () => {
  const events = [registered, ...changes.map(([, event]) => event)] as const;
  const now = { name: 'Ada King', email: 'king@example.com' };

  it('the profile has all of it, for the customer', () => {
    const profile = projecting(customerProfile);
    const row = { owner: 'ada', ...now, address: elsewhere, birthDate: '1815-12-11' };
    profile(...events).rows({ ...row, status: 'registered', changedAt: '2026-11-21T12:05:00.000Z' });
    profile(...events, left).rows({ ...row, status: 'left', changedAt: '2026-11-21T12:06:00.000Z' });
    profile(registered).ownedBy('ada');
  });

  it('the directory has name and address until the customer leaves', () => {
    const directory = projecting(customerDirectory);
    directory(...events).rows({ ...now, registeredAt: '2026-11-21T12:01:00.000Z' });
    directory(...events, left).rows();
  });
});
