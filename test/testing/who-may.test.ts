import { expect, it } from 'vitest';
import { allowed, allowedAll } from '../../lib/core/access.ts';
import { actorOf, readerOf } from '../../lib/testing/who-may.ts';
import { everyMay } from '../support/access/every-may.ts';

it('somebody for each word of a declaration may use what it is for', () => {
  for (const may of everyMay)
    for (const who of may) expect(allowed([who], actorOf(who, 'ada'), 'ada'), `${who} of ${may}`).toBe(true);
});

it('a simulated reader may read the view, and all of it where a role may', () => {
  for (const may of everyMay) {
    expect(allowed(may, readerOf(may, 'ada'), 'ada'), `${may}`).toBe(true);
    if (!may.every((who) => who === 'owner' || who === 'process'))
      expect(allowedAll(may, readerOf(may, 'ada')), `${may}`).toBe(true);
  }
});
