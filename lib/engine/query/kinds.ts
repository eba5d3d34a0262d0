import type { Actor } from '../../core/access.ts';
import type { AnyProjection } from '../../core/projection.ts';
import type { KindName, Of } from '../view/kinds/kind.ts';
import { addedById } from './added.ts';
import { type ByIdAnswer, rowById, rowsById } from './by-id.ts';
import { headsListed, rowsListed } from './list.ts';
import type { PageAnswer, PageRequest } from './page.ts';
import type { Querying } from './querying.ts';
import { sharedRowById, sharedRowsListed } from './shared-row.ts';

/** Everything in which one kind of view differs from the others when it is read. */
interface QueryKind<P extends AnyProjection> {
  byId(querying: Querying<P>, actor: Actor, id: string, request: PageRequest): Promise<ByIdAnswer>;
  list(querying: Querying<P>, actor: Actor, request: PageRequest): Promise<PageAnswer>;
}

const kinds: { readonly [K in KindName]: QueryKind<Of<K>> } = {
  'row-per-stream': { byId: rowById, list: headsListed },
  'row-per-commit': { byId: rowsById, list: rowsListed },
  'rows-per-stream': { byId: rowsById, list: rowsListed },
  'rows-per-commit': { byId: addedById, list: rowsListed },
  'shared-rows': { byId: sharedRowById, list: sharedRowsListed },
};

const kindOf = ({ projection }: Querying): QueryKind<AnyProjection> => kinds[projection.kind];

/** One row by its id, with the tag that changes when it does; or the rows of one stream, a page at a time. */
export const queryById: QueryKind<AnyProjection>['byId'] = (querying, ...asked) => kindOf(querying).byId(querying, ...asked);

/** A view's rows a page at a time: a customer's own, or anybody's for an operator. */
export const queryList: QueryKind<AnyProjection>['list'] = (querying, ...asked) => kindOf(querying).list(querying, ...asked);
