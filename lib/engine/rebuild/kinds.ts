import type { AnyProjection } from '../../core/projection.ts';
import type { RowChange, ViewItem } from '../ports.ts';
import { homeFor } from '../view/kinds/homes.ts';
import type { KindName, Of } from '../view/kinds/kind.ts';
import type { Projecting } from '../view/projecting.ts';
import { contributed, rowChanges } from '../view/shares.ts';
import { rowDifferences, type Wanted } from './compare-rows.ts';
import { rowDifference, shareDifference, shareDifferences } from './compare-shares.ts';
import type { Difference } from './ports.ts';

/** A stream's stored head, and the fold of its history: a head, and rows by their sort keys. */
type Folded = Readonly<{ head: ViewItem; wanted: ViewItem; rows: Map<string, Wanted | undefined> }>;

/** Everything in which one kind of view differs from the others when it is rebuilt. */
interface RebuildKind<P extends AnyProjection> {
  /** True if a sample of the streams does not tell enough: a sum that is wrong shows in none of them. */
  looksAtItems: boolean;
  /** Compares all that a stream has beside its head. */
  compareBeside(comparing: Projecting<P>, folded: Folded): Promise<readonly Difference[]>;
  /** Looks for a stream that contributes to a row among those that the row knows, in a kind that has shares. */
  compareShare(comparing: Projecting<P>, stream: string, row: string): Promise<Difference | undefined>;
  /** Compares a row with the sum of its shares, in a kind that has shares. */
  compareTotal(comparing: Projecting<P>, row: string): Promise<Difference | undefined>;
  /** The changes of shared rows that lead to this head. */
  changes(projection: P, head: ViewItem): readonly RowChange[];
  /** The row that a head is at home in when these changes are its first, in a kind that keeps heads in rows. */
  home(projection: P, head: ViewItem, changes: readonly RowChange[]): string | undefined;
}

/** Made by pure calls, so that the bundler can leave the comparison out of functions that only read the records of rebuilds. */
const withoutShares = (compareBeside: RebuildKind<never>['compareBeside']) => ({
  looksAtItems: false,
  compareBeside,
  compareShare: async () => undefined,
  compareTotal: async () => undefined,
  changes: () => [],
  home: () => undefined,
});

const kinds: { readonly [K in KindName]: RebuildKind<Of<K>> } = {
  'row-per-stream': /* @__PURE__ */ withoutShares(async () => []),
  'row-per-commit': /* @__PURE__ */ withoutShares((comparing, { head, rows }) => rowDifferences(comparing, head, rows)),
  'rows-per-stream': /* @__PURE__ */ withoutShares((comparing, { head, rows }) => rowDifferences(comparing, head, rows)),
  'rows-per-commit': /* @__PURE__ */ withoutShares((comparing, { head, rows }) => rowDifferences(comparing, head, rows)),
  'shared-rows': {
    looksAtItems: true,
    compareBeside: (comparing, { wanted }) => shareDifferences(comparing, wanted),
    compareShare: shareDifference,
    compareTotal: rowDifference,
    changes: (projection, head) => rowChanges(projection, head, new Map(), contributed(projection, head)),
    home: (projection, head, changes) => homeFor(projection, undefined, head, changes),
  },
};

/** The functions of a view's kind that rebuilds need. */
export const kindOf = ({ kind }: Pick<AnyProjection, 'kind'>): RebuildKind<AnyProjection> => kinds[kind];
