import { describe, expect, it } from 'vitest';
import { perform, send } from '../../lib/index.ts';
import { done, reacting, refused, resolvedByHand, timedOut } from '../../lib/testing/index.ts';
import { chargeCard, order, payment } from '../support/paying/domain.ts';

const given = reacting(payment);
const terms = { amount: 5, card: 'visa' };
const placed = { type: 'OrderPlaced', data: terms } as const;

describe('given/when/then of a process with an effect', () => {
  it('expects what it asks for', () => {
    const follows = { done: 'charged', refused: 'declined', timedOut: 'unanswered' } as const;
    given()
      .when(placed)
      .then({ perform: [perform(chargeCard, terms, follows)] });
    expect(() => given().when(placed).then({})).toThrow(/perform/);
    expect(() =>
      given()
        .when(placed)
        .then({ perform: [perform(chargeCard, { ...terms, amount: 6 }, follows)] }),
    ).toThrow();
  });

  it('gives it the answer, a refusal, or that none came', () => {
    const pay = (charge: string) => ({ send: [send(order, '1', 'Pay', { charge })], end: 'paid' });
    given(placed)
      .when(done('charged', { answer: { charge: 'ch' } }))
      .then(pay('ch'));
    given(placed)
      .when(refused('declined', { reason: 'no-cover' }))
      .then({ send: [send(order, '1', 'Cancel', { why: 'no-cover' })], end: 'declined' });
    given(placed)
      .when(timedOut('unanswered', { why: 'Error: 500' }))
      .then({ send: [send(order, '1', 'Doubt', { why: 'Error: 500' })], end: 'unclear' });
  });

  it('notices an answer that no adapter could give, and a second one', () => {
    expect(() => given(placed).when(done('charged', { answer: { charged: true } }))).toThrow(/does not fit/);
    const first = done('charged', { answer: { charge: 'ch' } });
    expect(() => given(placed, first).when(first)).toThrow(/waits for no outcome/);
  });

  it('leaves an instance stuck that has no reaction to a timeout', () => {
    const { onTimedOut: _, ...rest } = payment;
    const asking = { ...rest, on: { OrderPlaced: () => ({ perform: [perform(chargeCard, terms)] }) } };
    const stuck = reacting(asking as never as typeof payment);
    stuck(placed).when(timedOut('chargeCard')).then({ stuck: 'timed-out' });
    stuck(placed, timedOut('chargeCard')).when(resolvedByHand()).then({ end: 'resolved' });
  });
});
