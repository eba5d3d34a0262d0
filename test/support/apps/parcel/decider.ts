import * as z from 'zod';
import { type CommandOf, command, type Decider, refuse } from '../../../../lib/core/decider.ts';
import { type ParcelEvent, parcelSource } from './events.ts';

const parcelCommands = {
  Send: command(['owner'], z.strictObject({ code: z.string().min(1) })),
  Scan: command(['teller', 'operator'], z.strictObject({ places: z.array(z.string()).min(1) })),
  /** Anybody who sees one may report where it is; no account is needed. */
  Sight: command(['anyone'], z.strictObject({ place: z.string().max(100) })),
  /** For customers, whosever the parcel is. */
  Follow: command(['user'], z.strictObject({})),
  Deliver: command(['process'], z.strictObject({})),
};

type ParcelCommand = CommandOf<typeof parcelCommands>;
type Parcel = Readonly<{ sender?: string; code?: string; places: number }>;

/** The roles that its access declarations name: each manifest with parcels declares them. */
export const parcelRoles = ['teller', 'auditor'] as const;

export const parcel: Decider<Parcel, ParcelCommand, ParcelEvent> = {
  ...parcelSource,
  commands: parcelCommands,
  initial: { places: 0 },
  owner: (state) => state.sender,
  history: ['owner', 'auditor', 'operator'],
  unique: { code: (state) => state.code },
  decide: {
    Send: ({ sender }, { code }, { actor }) =>
      sender === undefined ? [{ type: 'ParcelSent', data: { sender: actor.id, code } }] : refuse('already-sent'),
    Scan: ({ sender }, { places }) =>
      sender === undefined ? refuse('not-sent') : places.map((place) => ({ type: 'ParcelScanned', data: { place } })),
    Sight: ({ sender }, { place }) => (sender === undefined ? refuse('not-sent') : [{ type: 'ParcelScanned', data: { place } }]),
    Follow: () => [],
    Deliver: () => [{ type: 'ParcelDelivered', data: {} }],
  },
  evolve: {
    ParcelSent: (state, { sender, code }) => ({ ...state, sender, code }),
    ParcelScanned: (state) => ({ ...state, places: state.places + 1 }),
    ParcelDelivered: (state) => state,
  },
};
