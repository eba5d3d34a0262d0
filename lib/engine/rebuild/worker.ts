import { catchUpPage, drainPage } from './drain.ts';
import { fillPage } from './fill.ts';
import type { Work } from './ports.ts';
import { recheckPage } from './recheck.ts';
import { rowsPage } from './rows.ts';
import { slice, type Working } from './slice.ts';
import { verifyPage } from './verify.ts';

const pages = {
  fill: fillPage,
  drain: drainPage,
  'catch-up': catchUpPage,
  verify: verifyPage,
  rows: rowsPage,
  recheck: recheckPage,
};

/** Does one slice of one part of a rebuild. Answers whether the part is done; otherwise it is to be asked again. */
export const work = (working: Working, order: Work): Promise<Readonly<{ done: boolean }>> =>
  slice(working, order, pages[order.task](working, order));
