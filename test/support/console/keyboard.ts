import type { Page } from 'playwright-core';

/** Somebody who has no mouse: every key is counted. */
export type Hands = Readonly<{
  press: (...keys: readonly string[]) => Promise<void>;
  type: (text: string) => Promise<void>;
  /** Presses a key until what has the focus is called so, in its words or its label. */
  pressTo: (key: string, name: RegExp) => Promise<void>;
  keys: () => number;
}>;

/** More than any page has things to go through. */
const most = 150;

const focused = (page: Page): Promise<string> =>
  page.evaluate(
    `(() => { const it = document.activeElement; return it === document.body ? '' : (it?.getAttribute('aria-label') ?? it?.innerText ?? ''); })()`,
  );

export const handsOn = (page: Page): Hands => {
  let keys = 0;
  const press = async (...all: readonly string[]) => {
    for (const key of all) {
      await page.keyboard.press(key);
      keys += 1;
    }
  };
  return {
    press,
    type: async (text) => {
      await page.keyboard.type(text);
      keys += text.length;
    },
    pressTo: async (key, name) => {
      const seen: string[] = [];
      for (let turns = 0; turns < most; turns++) {
        await press(key);
        const now = await focused(page);
        if (name.test(now)) return;
        seen.push(now.replaceAll(/\s+/g, ' ').slice(0, 60));
      }
      throw new Error(`${key} leads to nothing that is called ${name}, but to ${[...new Set(seen)].join(' | ')}.`);
    },
    keys: () => keys,
  };
};
