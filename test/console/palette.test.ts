import { expect, it } from 'vitest';
import { found } from '../../console/parts/palette-entries.ts';

const places = [
  { name: 'Streams', about: 'commits of a stream, through time', to: '#/streams' },
  { name: 'Processes', about: 'what stands still', to: '#/processes' },
];
const names = (text: string, isOperator = true) => found(places, text, isOperator).map(({ to }) => to);

it('finds screens by words; for operators a stream by its name, and the trace of a correlation', () => {
  expect(names('')).toEqual(['#/streams', '#/processes']);
  expect(names('time str')).toEqual(['#/streams']);
  expect(names('account-7f3a')).toEqual(['#/streams/account/7f3a', '#/traces/account-7f3a']);
  expect(names('account/7f3a', false)).toEqual([]);
  expect(names('time str', false)).toEqual(['#/streams']);
});
