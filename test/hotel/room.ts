import * as z from 'zod';
import { command, decider, refuse } from '../../lib/index.ts';
import { currency } from './events/currency.ts';
import { type RoomEvent, roomEvents } from './events/room.ts';
import { idOf, night, price } from './fields.ts';

const roomCommands = {
  Offer: command(['operator'], z.strictObject({ price, currency })),
  Hold: command(['process'], z.strictObject({ reservation: idOf, nights: z.array(night).min(1), price, currency })),
  Release: command(['process'], z.strictObject({ reservation: idOf })),
};

type Room = Readonly<{
  price?: number;
  currency?: string;
  /** Which reservation has a night. */
  held: Readonly<Record<string, string>>;
}>;

/** One room, and who has it in which night. All reservations of a room meet here, so that no night is given twice. */
export const room = decider<Room, RoomEvent>()({
  category: 'room',
  events: roomEvents,
  commands: roomCommands,
  initial: { held: {} },
  decide: {
    Offer: (state, { price, currency }) =>
      price === state.price && currency === state.currency ? [] : [{ type: 'RoomOffered', data: { price, currency } }],
    Hold: (state, { reservation, nights, price, currency }) => {
      // Nobody pays another price than the one that they saw.
      if (price !== state.price || currency !== state.currency) return refuse('price-changed');
      const taken = nights.filter((night) => state.held[night] !== undefined);
      return taken.length > 0
        ? refuse('nights-taken', { nights: taken })
        : [{ type: 'NightsHeld', data: { reservation, nights } }];
    },
    Release: ({ held }, { reservation }) => {
      const nights = Object.keys(held).filter((night) => held[night] === reservation);
      return nights.length > 0 ? [{ type: 'NightsReleased', data: { reservation, nights } }] : [];
    },
  },
  evolve: {
    RoomOffered: (state, { price, currency }) => ({ ...state, price, currency }),
    NightsHeld: (state, { reservation, nights }) => ({
      ...state,
      held: { ...state.held, ...Object.fromEntries(nights.map((night) => [night, reservation])) },
    }),
    NightsReleased: (state, { nights }) => ({
      ...state,
      held: Object.fromEntries(Object.entries(state.held).filter(([night]) => !nights.includes(night))),
    }),
  },
});
