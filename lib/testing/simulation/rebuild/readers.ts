import type { Actor } from '../../../core/access.ts';
import { ProblemError } from '../../../core/problem.ts';
import { streamKey } from '../../../core/projection.ts';
import type { PageAnswer } from '../../../engine/query/page.ts';
import { kindOf } from '../kinds/index.ts';
import { Injected } from '../world/faults.ts';
import type { SimulatedTable } from '../world/table.ts';
import type { World } from '../world/world.ts';
import type { SimulatedRebuilds } from './rebuilds.ts';
import { isRevised } from './second-revision.ts';

const operator: Actor = { id: 'olga', kind: 'user', roles: ['operator'] };
const customer: Actor = { id: 'ada', kind: 'user', roles: [] };
const between = 600;

/**
 * A reader who goes through a list, a few rows at a time and slowly: all of it must be of one revision, the one that the first page
 * was of.
 */
export const walk = async (
  world: World,
  { control, answering, engine }: SimulatedRebuilds,
  table: SimulatedTable,
): Promise<void> => {
  const { name, first, second } = control;
  const dice = world.dice('walks');
  const actor = first.may.includes('operator') ? operator : customer;
  const stream = dice.pick(table.streams().length > 0 ? table.streams() : ['none-0']);
  const options = { limit: 1 + dice.below(2), direction: 'oldest-first' } as const;
  const { showsMark, isListed } = kindOf(first);
  const isMarked = showsMark(first);
  const revisions = new Set<number>();
  let cursor: string | undefined;
  for (let pages = 0, failures = 0; pages < 8 && failures < 4; pages++) {
    const request = { ...options, ...(cursor !== undefined && { cursor }) };
    try {
      const { page, revision } = await answering(cursor, async (querying) => {
        const asked = isListed
          ? engine.queryList(querying, actor, request)
          : engine.queryById(querying, actor, streamKey(first, stream), request).then(({ body }) => body as PageAnswer);
        return { page: await asked, revision: querying.projection.revision };
      });
      world.note('walker', () => `is shown of revision ${revision}: ${JSON.stringify(page)}`);
      world.count('walked pages');
      revisions.add(revision);
      if (revisions.size > 1) world.broken(`a walk through ${name} goes on in another revision`);
      if (isMarked && page.items.some((item) => isRevised(item) !== (revision === second.revision)))
        world.broken(`a walk through ${name} is shown rows of another revision than ${revision}: ${JSON.stringify(page.items)}`);
      cursor = page.cursor;
      if (cursor === undefined) return;
    } catch (cause) {
      const isExpected =
        cause instanceof ProblemError && ['view-is-being-built', 'not-found', 'not-yours'].includes(cause.problem.kind);
      if (isExpected) {
        world.count(cause.problem.kind);
        return;
      }
      if (!(cause instanceof Injected)) {
        world.broken(`a walk through ${name}: ${String(cause)}`);
        return;
      }
      failures += 1;
    }
    await world.time.sleep(dice.next() * between);
  }
};
