import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

type Found = Readonly<{ violations: readonly { id: string; help: string; nodes: readonly { html: string }[] }[] }>;

const all = `['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']`;

/** A theme changes colours and nothing else: in the second one the rules about these are enough. */
const themes = { light: all, dark: `{ type: 'rule', values: ['color-contrast', 'link-in-text-block'] }` } as const;

/** What axe finds on the page as it is, against WCAG 2.2 AA, in the light theme and in the dark one: a line for each, so none is an empty list. */
export const foundByAxe = async (page: Page): Promise<readonly string[]> => {
  // As a debugger does: the page's own policy lets no script in.
  if (!(await page.evaluate('"axe" in globalThis'))) await page.evaluate(source);
  const before = await page.evaluate('document.documentElement.dataset.theme');
  const lines: string[] = [];
  for (const [theme, rules] of Object.entries(themes)) {
    await page.evaluate(`document.documentElement.dataset.theme = '${theme}'`);
    const { violations } = (await page.evaluate(`axe.run(document, { runOnly: ${rules} })`)) as Found;
    for (const { id, help, nodes } of violations)
      lines.push(`${theme}: ${id}: ${help}: ${nodes.map(({ html }) => html).join(' | ')}`);
  }
  await page.evaluate(
    before === undefined
      ? 'delete document.documentElement.dataset.theme'
      : `document.documentElement.dataset.theme = '${before}'`,
  );
  return lines;
};
