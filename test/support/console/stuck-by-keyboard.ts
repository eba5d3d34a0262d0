import type { Page } from 'playwright-core';
import { handsOn } from './keyboard.ts';

type Stuck = Readonly<{ id: string; from: string; correlation: string }>;

/** What an operator saw on the way. */
export type Understood = Readonly<{ why: string; trace: string; commit: string; keys: number }>;

/** From the first screen to why a transfer hangs: the list of what stands still, the instance, its trace, the refusal in it. Without a mouse. */
export const understoodByKeyboard = async (page: Page, { id, from, correlation }: Stuck): Promise<Understood> => {
  const hands = handsOn(page);
  await hands.press('g', 'p');
  await page.getByRole('heading', { name: 'Processes' }).waitFor();
  await page.getByRole('row', { name: new RegExp(id) }).waitFor();
  await hands.pressTo('j', new RegExp(id));
  await hands.press('Enter');
  const waits = page.getByRole('region', { name: 'What it waits for' });
  const why = (await waits.getByText('For a person').textContent()) ?? '';

  await hands.pressTo('Tab', /^Its trace$/);
  await hands.press('Enter');
  await page.getByText('It is not over').waitFor();
  const trace = (await page.getByText(/commits within/).textContent()) ?? '';
  // The last refusal is the one that it stands still on.
  await hands.pressTo('j', new RegExp(`refuses Credit.*of account-${from}`, 's'));
  await hands.press('Enter');
  const detail = page.getByRole('complementary', { name: new RegExp(`account-${from}`) });
  const commit = (await detail.textContent()) ?? '';
  if (!commit.includes(correlation)) throw new Error(`The commit does not name its correlation ${correlation}: ${commit}`);
  return { why, trace, commit, keys: hands.keys() };
};

/** From a trace to the end of an instance, with a reason, without a mouse. */
export const resolvedByKeyboard = async (page: Page, { id }: Pick<Stuck, 'id'>, why: string): Promise<number> => {
  const hands = handsOn(page);
  await page.getByText('It is not over').waitFor();
  await hands.pressTo('Shift+Tab', new RegExp(`^transferProcess-${id}$`));
  await hands.press('Enter');
  await page.getByRole('region', { name: 'What it waits for' }).waitFor();
  await hands.pressTo('Tab', /^Resolve$/);
  await hands.press('Enter');
  await page.getByRole('dialog', { name: 'Resolve' }).waitFor();
  await hands.type(why);
  await hands.press('Enter');
  await page.getByText('ended: resolved', { exact: true }).first().waitFor();
  return hands.keys();
};
