import { describe, it } from 'vitest';
import { deciding } from '../../lib/testing/index.ts';
import { guest } from './guest.ts';
import { payment } from './payment.ts';
import { reservation } from './reservation.ts';
import { room } from './room.ts';

const ada = { id: 'ada', kind: 'user', roles: [] } as const;
const bob = { id: 'bob', kind: 'user', roles: [] } as const;

describe('a guest', () => {
  const given = deciding(guest);
  const mail = 'a'.repeat(64);
  const other = 'b'.repeat(64);
  const registered = { type: 'GuestRegistered', data: { owner: 'ada', mail } } as const;

  it('registers once', () => {
    given().when({ type: 'Register', data: { mail } }, { actor: ada }).then(registered);
    given(registered).when({ type: 'Register', data: { mail } }).rejected('already-registered');
  });
  it('gives the digest of an address, and never the address', () =>
    given()
      .when({ type: 'Register', data: { mail: 'ada@example.com' } })
      .invalid('mail'));
  it('changes the address, and nothing where it is the same', () => {
    given(registered)
      .when({ type: 'ChangeMail', data: { mail: other } })
      .then({ type: 'GuestMailChanged', data: { mail: other } });
    given(registered).when({ type: 'ChangeMail', data: { mail } }).then();
  });
  it('is nobody else', () =>
    given(registered)
      .when({ type: 'ChangeMail', data: { mail: other } }, { actor: bob })
      .forbidden());
});

describe('a room', () => {
  const given = deciding(room);
  const offered = { type: 'RoomOffered', data: { price: 9_000, currency: 'EUR' } } as const;
  const hold = (reservation: string, ...nights: string[]) =>
    ({ type: 'Hold', data: { reservation, nights, price: 9_000, currency: 'EUR' } }) as const;
  const held = (reservation: string, ...nights: string[]) => ({ type: 'NightsHeld', data: { reservation, nights } }) as const;
  const release = (reservation: string) => ({ type: 'Release', data: { reservation } }) as const;

  it('is held for the nights that are free', () =>
    given(offered, held('r1', '2026-12-01')).when(hold('r2', '2026-12-02')).then(held('r2', '2026-12-02')));
  it('is never given twice', () =>
    given(offered, held('r1', '2026-12-02'))
      .when(hold('r2', '2026-12-01', '2026-12-02'))
      .rejected('nights-taken', { nights: ['2026-12-02'] }));
  it('is held at the price that the guest saw, or not at all', () => {
    given().when(hold('r1', '2026-12-01')).rejected('price-changed');
    given(offered, { type: 'RoomOffered', data: { price: 9_500, currency: 'EUR' } })
      .when(hold('r1', '2026-12-01'))
      .rejected('price-changed');
  });
  it('is free again after a release, which does no harm where nothing is held', () => {
    const nights = ['2026-12-01', '2026-12-02'];
    given(offered, held('r1', ...nights), held('r2', '2026-12-03'))
      .when(release('r1'))
      .then({ type: 'NightsReleased', data: { reservation: 'r1', nights } });
    given(offered, held('r1', ...nights), { type: 'NightsReleased', data: { reservation: 'r1', nights } })
      .when(release('r1'))
      .then();
  });
  it('is offered by the hotel', () =>
    given()
      .when({ type: 'Offer', data: { price: 1, currency: 'EUR' } }, { actor: ada })
      .forbidden());
});

describe('a reservation', () => {
  const given = deciding(reservation);
  const terms = { room: '12', price: 9_000, currency: 'EUR' } as const;
  const nights = ['2026-12-31', '2027-01-01'];
  const requested = { type: 'ReservationRequested', data: { ...terms, guest: 'ada', nights } } as const;
  const kept = { type: 'RoomKept', data: {} } as const;
  const confirmed = { type: 'ReservationConfirmed', data: {} } as const;
  const cancelled = { type: 'ReservationCancelled', data: {} } as const;

  it('is for so many nights from the first one on', () =>
    given()
      .when({ type: 'Request', data: { ...terms, from: '2026-12-31', nights: 2 } }, { actor: ada })
      .then(requested));
  it('is for a fortnight at most', () =>
    given()
      .when({ type: 'Request', data: { ...terms, from: '2026-12-31', nights: 15 } })
      .invalid('nights'));
  it('is cancelled while the room is kept for the guest', () => {
    given(requested, kept).when({ type: 'Cancel', data: {} }).then(cancelled);
    given(requested).when({ type: 'Cancel', data: {} }).rejected('not-to-be-cancelled', { reservation: 'requested' });
    given(requested, kept, confirmed).when({ type: 'Cancel', data: {} }).rejected('not-to-be-cancelled');
  });
  it('takes what comes first, and nothing that comes after it', () => {
    for (const type of ['Confirm', 'Expire', 'Settle'] as const) {
      given(requested, kept, cancelled).when({ type, data: {} }).then();
      given(requested, kept).when({ type, data: {} }).retrySafe();
    }
    given(requested, kept, confirmed)
      .when({ type: 'Reject', data: { reason: 'late' } })
      .then();
  });
});

describe('a payment', () => {
  const given = deciding(payment);
  const asked = { type: 'PaymentAsked', data: { guest: 'ada', amount: 18_000, currency: 'EUR' } } as const;
  const received = { type: 'PaymentReceived', data: {} } as const;
  const voided = (refund: number) => ({ type: 'PaymentVoided', data: { refund } }) as const;

  it('is received, or declined, by those who take the money', () => {
    given(asked).when({ type: 'Receive', data: {} }).then(received);
    given(asked).when({ type: 'Receive', data: {} }, { actor: ada }).forbidden();
    given(received).when({ type: 'Decline', data: {} }).rejected('payment-not-open');
  });
  it('gives back what it has, and takes nothing any more', () => {
    given(asked, received).when({ type: 'Void', data: {} }).then(voided(18_000));
    given(asked).when({ type: 'Void', data: {} }).then(voided(0));
    given(asked, voided(0)).when({ type: 'Receive', data: {} }).rejected('payment-not-open', { payment: 'voided' });
    given().when({ type: 'Void', data: {} }).then();
  });
});
