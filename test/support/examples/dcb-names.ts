import * as z from 'zod';
import { command, refuse } from '../../../lib/core/decider.ts';
import { boundary } from '../../../lib/core/declare/boundary.ts';
import { tag } from '../../../lib/core/tag/tag.ts';
import { type EventOf, type Source, v1 } from '../../../lib/core/version.ts';

const text = z.string();
const minutes = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 60_000;

const accountEvents = {
  AccountRegistered: v1(z.object({ username: text })),
  AccountClosed: v1(z.object({ username: text, at: text })),
  UsernameChanged: v1(z.object({ oldUsername: text, newUsername: text, at: text })),
};
type AccountEvent = EventOf<typeof accountEvents>;

/** Claimed, or free since an instant, or never claimed. */
type Username = Readonly<{ isClaimed: boolean; freeSince?: string }>;

const usernameTag = tag<Username, AccountEvent>()({
  name: 'username',
  from: [{ category: 'registration', events: accountEvents }],
  of: {
    AccountRegistered: ({ username }) => username,
    AccountClosed: ({ username }) => username,
    UsernameChanged: ({ oldUsername, newUsername }) => [oldUsername, newUsername],
  },
  initial: { isClaimed: false },
  evolve: {
    AccountRegistered: () => ({ isClaimed: true }),
    AccountClosed: (_, { at }) => ({ isClaimed: false, freeSince: at }),
    UsernameChanged: (_, { newUsername, at }, { value }) =>
      value === newUsername ? { isClaimed: true } : { isClaimed: false, freeSince: at },
  },
});

const retentionDays = 3;

/** Unique usernames, which are kept for three days after their account was closed. */
export const registration = boundary<object, AccountEvent>()({
  category: 'registration',
  events: accountEvents,
  tags: [usernameTag],
  commands: {
    RegisterAccount: command(['operator'], z.strictObject({ username: text }), {
      tags: { username: ({ username }) => username },
    }),
  },
  initial: {},
  decide: {
    RegisterAccount: (_, data, { at, tags: { username } }) => {
      const { isClaimed, freeSince } = username;
      const isRetained = freeSince !== undefined && minutes(freeSince, at) <= retentionDays * 24 * 60;
      return isClaimed || isRetained ? refuse('username-claimed') : [{ type: 'AccountRegistered', data }];
    },
  },
  evolve: {
    AccountRegistered: (state) => state,
    AccountClosed: (state) => state,
    UsernameChanged: (state) => state,
  },
});

const signUp = z.object({ address: text, otp: text, name: text });
const signUpEvents = {
  SignUpInitiated: v1(signUp.extend({ at: text })),
  SignUpConfirmed: v1(signUp),
};
type SignUpEvent = EventOf<typeof signUpEvents>;
type Pending = Readonly<{ address?: string; name?: string; at?: string; isUsed: boolean }>;

const otpTag = tag<Pending, SignUpEvent>()({
  name: 'otp',
  from: [{ category: 'signup', events: signUpEvents }],
  of: { SignUpInitiated: ({ otp }) => otp, SignUpConfirmed: ({ otp }) => otp },
  initial: { isUsed: false },
  evolve: {
    SignUpInitiated: (_, { address, name, at }) => ({ address, name, at, isUsed: false }),
    SignUpConfirmed: (pending) => ({ ...pending, isUsed: true }),
  },
});

/** A double opt-in by a token that holds for an hour. Where a query would have two tags, this has one, and compares the other in its state. */
export const signup = boundary<object, SignUpEvent>()({
  category: 'signup',
  events: signUpEvents,
  tags: [otpTag],
  commands: {
    InitiateSignUp: command(['operator'], signUp.strict()),
    ConfirmSignUp: command(['operator'], z.strictObject({ address: text, otp: text }), { tags: { otp: ({ otp }) => otp } }),
  },
  initial: {},
  decide: {
    InitiateSignUp: (_, data, { at }) => [{ type: 'SignUpInitiated', data: { ...data, at } }],
    ConfirmSignUp: (_, { address, otp }, { at, tags: { otp: pending } }) => {
      if (pending.at === undefined || pending.name === undefined || pending.address !== address)
        return refuse('no-pending-sign-up');
      if (pending.isUsed) return refuse('otp-used');
      if (minutes(pending.at, at) > 60) return refuse('otp-expired');
      return [{ type: 'SignUpConfirmed', data: { address, otp, name: pending.name } }];
    },
  },
  evolve: { SignUpInitiated: (state) => state, SignUpConfirmed: (state) => state },
});

const placedEvents = { OrderPlaced: v1(z.object({ orderId: text, idempotencyToken: text })) };
type PlacedEvent = EventOf<typeof placedEvents>;
const placedSource: Source<PlacedEvent> = { category: 'placing', events: placedEvents };

const tokenTag = tag<boolean, PlacedEvent>()({
  name: 'token',
  from: [placedSource],
  of: { OrderPlaced: ({ idempotencyToken }) => idempotencyToken },
  initial: false,
  evolve: { OrderPlaced: () => true },
});

/** An order that is placed once for each token, whatever its own id. */
export const placing = boundary<object, PlacedEvent>()({
  category: 'placing',
  events: placedEvents,
  tags: [tokenTag],
  commands: {
    PlaceOrder: command(['operator'], z.strictObject({ orderId: text, idempotencyToken: text }), {
      tags: { token: ({ idempotencyToken }) => idempotencyToken },
    }),
  },
  initial: {},
  decide: {
    PlaceOrder: (_, data, { tags: { token: isUsed } }) => (isUsed ? refuse('already-placed') : [{ type: 'OrderPlaced', data }]),
  },
  evolve: { OrderPlaced: (state) => state },
});
