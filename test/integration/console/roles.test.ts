import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../../lib/cli/local/deployment.ts';
import { consoleAt, signedIn } from '../../support/console/signed-in.ts';
import { as } from '../../support/over-http/http.ts';
import { overHttp } from '../../support/over-http/over-http.ts';

/** As they are registered. They are for a browser, so their file is read instead of run. */
const screens = [
  ...readFileSync(join(root, 'console/screens.ts'), 'utf8').matchAll(/at: '(\w+)',\s+name: '(.+?)',[^}]*?who: '(\w+)'/g),
].map(([, at = '', name = '', who = '']) => ({ at, name, who }));

/** What the console's screens for operators ask for first. */
const calls = [
  '/ops/flow',
  '/ops/streams',
  '/ops/projections',
  '/ops/dead-letters',
  '/ops/processes',
  '/ops/schedules',
  '/ops/rebuilds',
  '/ops/model',
  '/ops/cost',
  '/ops/trace/none',
  '/ops/console/domain.js',
  '/subjects/nobody',
  '/subjects/nobody/export?why=a-test',
];

describe.runIf(overHttp())('the console and roles', () => {
  it('a customer sees no screen for operators, by its address neither, and no call of theirs is answered', async () => {
    expect(screens.length).toBeGreaterThan(5);
    const { page } = await signedIn('', { as: 'ada' });
    const seen = await page.getByRole('navigation', { name: 'Screens' }).getByRole('link').allInnerTexts();
    for (const { name, who, at } of screens) {
      const isSeen = seen.some((text) => text.startsWith(name));
      expect([name, isSeen]).toEqual([name, who === 'anybody']);
      if (who === 'anybody') continue;
      await page.goto(consoleAt(at));
      await page.getByRole('heading', { name: 'There is nothing here for your roles' }).waitFor();
    }
    const ada = await as('ada');
    for (const path of calls) expect([path, (await ada('GET', path)).status]).toEqual([path, 403]);
  });

  it('an operator sees them all', async () => {
    const { page } = await signedIn('model');
    const seen = await page.getByRole('navigation', { name: 'Screens' }).getByRole('link').allInnerTexts();
    for (const { name } of screens)
      expect(
        seen.some((text) => text.startsWith(name)),
        name,
      ).toBe(true);
  });
});
