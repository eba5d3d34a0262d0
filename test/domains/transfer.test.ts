import { describe, it } from 'vitest';
import { transfer } from '../../domains/transfer/decider.ts';
import { customerTransfers } from '../../domains/transfer/projections/transfers.ts';
import { deciding } from '../../lib/testing/deciding.ts';
import { projecting } from '../../lib/testing/projecting.ts';

const given = deciding(transfer);
const terms = { from: 'a1', to: 'a2', amount: 5, currency: 'EUR' };
const request = { type: 'Request', data: terms } as const;
const complete = { type: 'Complete', data: {} } as const;
const fail = { type: 'Fail', data: { reason: 'credit-refused', because: 'account-not-open' } } as const;
const requested = { type: 'TransferRequested', data: { owner: 'ada', ...terms } } as const;
const completed = { type: 'TransferCompleted', data: {} } as const;
const settle = { type: 'SettleByHand', data: {} } as const;
const settled = { type: 'TransferSettledByHand', data: {} } as const;
const failed = { type: 'TransferFailed', data: fail.data } as const;

describe('a transfer', () => {
  it('belongs to the caller who requested it', () => given().when(request).then(requested));
  it('is refused before anything is stored if the customer does not own the account that pays', () =>
    given().when(request, { ownsNamed: false }).forbidden());
  it('is asked for once', () => {
    given().when(request).retrySafe();
    given(requested).when(request).rejected('already-requested', { transferStatus: 'pending' });
  });
  it('needs two accounts', () =>
    given()
      .when({ type: 'Request', data: { ...terms, to: 'a1' } })
      .rejected('same-account'));
  it('completes, or fails with a reason', () => {
    given(requested).when(complete).then(completed);
    given(requested).when(fail).then(failed);
  });
  it.each([complete, fail])('ends once: no $type after an end, nor before there is one', (command) => {
    given().when(command).rejected('transfer-not-pending', { transferStatus: 'new' });
    given(requested, completed).when(command).rejected('transfer-not-pending', { transferStatus: 'completed' });
    given(requested, failed).when(command).rejected('transfer-not-pending', { transferStatus: 'failed' });
    given(requested).when(command).retrySafe();
  });
  it('that a person has seen to is settled, unless it had ended by itself: then it stays as it ended', () => {
    given(requested).when(settle).then(settled);
    for (const ended of [completed, failed, settled]) given(requested, ended).when(settle).then();
    for (const command of [complete, fail])
      given(requested, settled).when(command).rejected('transfer-not-pending', { transferStatus: 'settled-by-hand' });
  });
  it('is ended by processes alone', () => {
    for (const command of [complete, fail, settle])
      for (const actor of [
        { id: 'ada', kind: 'user', roles: [] },
        { id: 'op-1', kind: 'user', roles: ['operator'] },
      ] as const)
        given(requested).when(command, { actor }).forbidden();
  });
  it.each(['', 'a 1', '-a', 'a/../b', 'x'.repeat(129)])('names accounts by ids, not by %j', (from) =>
    given()
      .when({ type: 'Request', data: { ...terms, from } })
      .invalid('from'),
  );
});

describe('customer-transfers', () => {
  const given = projecting(customerTransfers);
  const at = (n: number) => `2026-11-21T12:0${n}:00.000Z`;
  const row = { owner: 'ada', ...terms, requestedAt: at(1) };

  it('shows what is on its way', () => given(requested).rows({ ...row, status: 'pending', changedAt: at(1) }));
  it('shows what arrived', () => given(requested, completed).rows({ ...row, status: 'completed', changedAt: at(2) }));
  it('shows what failed, and why', () =>
    given(requested, failed).rows({ ...row, ...fail.data, status: 'failed', changedAt: at(2) }));
  it('shows what a person has seen to, and not what that person wrote about it', () =>
    given(requested, settled).rows({ ...row, status: 'settled-by-hand', changedAt: at(2) }));
  it('belongs to the caller who requested it', () => given(requested).ownedBy('ada'));
});
