import { describe, it } from 'vitest';
import { projecting, sharing } from '../../lib/testing/index.ts';
import { occupancy } from './views/occupancy.ts';
import { reservations } from './views/reservations.ts';
import { roomCalendar } from './views/room-calendar.ts';

const held = (reservation: string, ...nights: string[]) => ({ type: 'NightsHeld', data: { reservation, nights } }) as const;
const released = (reservation: string, ...nights: string[]) =>
  ({ type: 'NightsReleased', data: { reservation, nights } }) as const;

describe('reservations', () => {
  const given = projecting(reservations);
  const nights = ['2026-12-01', '2026-12-02'];
  const terms = { guest: 'ada', room: '12', price: 9_000, currency: 'EUR' } as const;
  const requested = { type: 'ReservationRequested', data: { ...terms, nights } } as const;
  const row = { guest: 'ada', room: '12', from: '2026-12-01', nights: 2, amount: 18_000, currency: 'EUR' } as const;

  it('has what was asked for, and how it stands', () => {
    given(requested).rows({ ...row, status: 'requested', changedAt: '2026-11-21T12:01:00.000Z' });
    given(requested, { type: 'RoomKept', data: {} }, { type: 'ReservationConfirmed', data: {} }).rows({
      ...row,
      status: 'confirmed',
      changedAt: '2026-11-21T12:03:00.000Z',
    });
  });
  it('says why it was rejected', () =>
    given(requested, { type: 'ReservationRejected', data: { reason: 'nights-taken' } }).rows({
      ...row,
      status: 'rejected',
      reason: 'nights-taken',
      changedAt: '2026-11-21T12:02:00.000Z',
    }));
  it('is read by the guest who reserved', () => given(requested).ownedBy('ada'));
});

describe('the calendar of a room', () => {
  it('has the nights in their order, and only those that are held', () =>
    projecting(roomCalendar)(held('r2', '2026-12-24'), held('r1', '2026-12-01', '2026-12-02'), released('r2', '2026-12-24')).rows(
      { night: '2026-12-01', reservation: 'r1' },
      { night: '2026-12-02', reservation: 'r1' },
    ));
});

describe('occupancy', () => {
  it('has the rooms that are held in a night', () =>
    sharing(occupancy)({
      '12': [held('r1', '2026-12-24', '2026-12-25')],
      '14': [held('r2', '2026-12-24'), held('r3', '2026-12-31'), released('r3', '2026-12-31')],
    }).rows({ '2026-12-24': { rooms: ['12', '14'] }, '2026-12-25': { rooms: ['12'] } }));
});
