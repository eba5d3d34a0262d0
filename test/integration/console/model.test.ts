import { describe, expect, it } from 'vitest';
import { foundByAxe } from '../../support/console/axe.ts';
import { signedIn } from '../../support/console/signed-in.ts';
import { overHttp } from '../../support/over-http/over-http.ts';

describe.runIf(overHttp())('the model and the cost in the console', () => {
  it('is a picture that is searched, and leads to a page for each event with its versions and its readers', async () => {
    const { page, faults } = await signedIn('model');
    const picture = page.getByRole('region', { name: 'The model as a picture' });
    await picture.getByRole('link', { name: 'event PriceSet' }).waitFor();
    expect(await foundByAxe(page)).toEqual([]);
    await page.getByRole('searchbox').fill('PriceSet');
    await page.getByText('found').waitFor();
    expect(page.url()).toContain('find=PriceSet');
    await picture.getByRole('link', { name: 'event PriceSet' }).click();
    await page.getByRole('heading', { name: 'PriceSet', level: 1 }).waitFor();
    await page.getByText('from was added as a required field').waitFor();
    expect(await page.getByRole('heading', { name: /^Version/ }).allInnerTexts()).toEqual([
      'Version 2, which is written',
      'Version 1',
    ]);
    expect(await foundByAxe(page)).toEqual([]);
    await page.getByRole('link', { name: 'price-history' }).click();
    await page.getByRole('heading', { name: 'price-history', level: 1 }).waitFor();
    await page.getByRole('link', { name: 'PriceSet' }).waitFor();
    expect(await foundByAxe(page)).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('is read in a narrow window, as a list, and says what to do about what is not there', async () => {
    const { page } = await signedIn('model?as=list&find=transfer', { width: 400 });
    await page.getByRole('table', { name: 'All parts of the model' }).waitFor();
    expect(await foundByAxe(page)).toEqual([]);
    await page.goto(page.url().replace(/#.*/, '#/model/event/account/NoSuchEvent'));
    await page.getByText('The manifest has no event of this name.').waitFor();
    expect(await foundByAxe(page)).toEqual([]);
  });

  it('says of the cost which metrics nobody measures here, in the place of zeros', async () => {
    const { page, faults } = await signedIn('cost');
    await page.getByRole('heading', { name: 'What this does not tell' }).waitFor();
    await page.getByText('AWS/Lambda Duration').waitFor();
    expect(await foundByAxe(page)).toEqual([]);
    expect(faults).toEqual([]);
  });
});
