import type { Role } from '../../core/access/roles.ts';
import { user } from '../../core/access.ts';
import type { Holders } from '../../core/personal/holders.ts';
import { bySubject, type HeldRow, registerName } from '../../core/personal/register.ts';
import { ProblemError } from '../../core/problem.ts';
import { nowOf } from '../instant.ts';
import type { Clock, Log } from '../ports.ts';
import { queryList } from '../query/kinds.ts';
import { answeringRevision, type Revisions } from '../query/revision.ts';

/** The register of subjects, and what a manifest has beside it that may hold copies. */
export type Held = Readonly<{ register: Revisions; holders: Holders }>;

type Page = Readonly<{ rows: readonly HeldRow[]; cursor?: string }>;

/** The streams that hold values of a subject, a page at a time, in the order in which they first held one. */
export const heldPage = async (
  register: Revisions,
  subject: string,
  { limit, cursor }: Readonly<{ limit: number; cursor?: string }>,
): Promise<Page> => {
  const querying = await answeringRevision(register, registerName, cursor);
  // The route has checked the right.
  const actor = user('subjects', ...(querying.projection.may as readonly Role[]));
  const asked = {
    limit,
    direction: 'oldest-first',
    list: bySubject,
    by: subject,
    ...(cursor !== undefined && { cursor }),
  } as const;
  const { items, cursor: next } = await queryList(querying, actor, asked);
  return { rows: items as readonly HeldRow[], ...(next !== undefined && { cursor: next }) };
};

/** What holds sealed values of a subject, as the register says. */
export type Holds = Holders &
  Readonly<{
    /** When the register was read; it follows the commits, usually within a second. */
    asOf: string;
    /** How many streams there are, and of which categories; absent while the register cannot say, for the reason in `unknown`. */
    streams?: number;
    categories?: Readonly<Record<string, number>>;
    /** There are more streams than were counted. */
    more?: true;
    unknown?: string;
  }>;

const rowsPerPage = 100;
/** The most streams that are counted: an operator waits for the answer. */
const mostCounted = 10_000;

const counted = async (register: Revisions, subject: string) => {
  const categories: Record<string, number> = {};
  let [streams, cursor] = [0, undefined as string | undefined];
  do {
    const page = await heldPage(register, subject, { limit: rowsPerPage, ...(cursor !== undefined && { cursor }) });
    for (const { category } of page.rows) categories[category] = (categories[category] ?? 0) + 1;
    streams += page.rows.length;
    cursor = page.cursor;
  } while (cursor !== undefined && streams < mostCounted);
  return { streams, categories, ...(cursor !== undefined && { more: true as const }) };
};

/** Never fails: an erasure is done, and certified, whether or not the register answers. */
export const holdsOf = async (
  { register, holders }: Held,
  subject: string,
  { clock, log }: Readonly<{ clock: Pick<Clock, 'now'>; log: Log }>,
): Promise<Holds> => {
  const asOf = nowOf(clock);
  try {
    return { asOf, ...(await counted(register, subject)), ...holders };
  } catch (cause) {
    log.warn('The register of subjects could not be read.', { cause: String(cause) });
    const unknown =
      cause instanceof ProblemError
        ? cause.message
        : 'The register could not be read; ask again, and see the logs if it goes on.';
    return { asOf, unknown, ...holders };
  }
};
