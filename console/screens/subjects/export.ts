import type { SubjectExport } from '../../../lib/engine/operate/export-subject.ts';

type Page = (cursor: string | undefined) => Promise<SubjectExport>;

/** The most pages: a file of more is made by the command line. */
const most = 1_000;

/** All pages of an export as one. `said` is told how many values there are so far. */
export const wholeExport = async (page: Page, said: (values: number) => void): Promise<SubjectExport> => {
  let whole = await page(undefined);
  for (let pages = 1; whole.cursor !== undefined; pages += 1) {
    if (pages === most) throw new Error('There is more than a page of the console can hold: use foldstream subjects export.');
    said(whole.values.length);
    const next = await page(whole.cursor);
    const { cursor: _, ...before } = whole;
    whole = { ...before, values: [...whole.values, ...next.values], ...(next.cursor !== undefined && { cursor: next.cursor }) };
  }
  return whole;
};
