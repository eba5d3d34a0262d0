import { expect, it } from 'vitest';
import { outcomeOf } from '../../console/screens/effects/outcome.ts';

it('an outcome by hand is an answer in JSON or the reason of a refusal; what is neither says what is wrong', () => {
  expect(outcomeOf('done', ' {"charge":"ch_1"} ')).toEqual({ outcome: { done: { charge: 'ch_1' } } });
  expect(outcomeOf('refused', 'card-declined')).toEqual({ outcome: { refused: 'card-declined' } });
  expect(outcomeOf('done', '{"charge')).toEqual({ fault: expect.stringContaining('not JSON') });
  expect(outcomeOf('refused', 'Card declined!')).toEqual({ fault: expect.stringContaining('small letters') });
});
