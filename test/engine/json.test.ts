import { expect, it } from 'vitest';
import { jsonIn } from '../../lib/engine/json.ts';

it.each([
  ['{"a":[1,null]}', { a: [1, null] }],
  ['null', null],
  ['', undefined],
  ['{"a":', undefined],
])('%j holds %j', (text, value) => expect(jsonIn(text)).toEqual(value));
