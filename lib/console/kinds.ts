import type { AnyProjection } from '../core/projection.ts';
import type { ViewItem } from '../engine/ports.ts';
import { addingUp, totalOf } from '../engine/view/parts.ts';
import { contributed } from '../engine/view/shares.ts';

type KindName = AnyProjection['kind'];
type Of<K extends KindName> = Extract<AnyProjection, { kind: K }>;

/** A kind of view as the page has it. */
type Kind<V> = Readonly<{
  /** What is shown of a stream: its row, the rows that a commit changed, or what it adds to rows of many. */
  shown: (view: V, head: ViewItem | undefined, changed: object) => unknown;
  /** The function of `foldstream/testing` that its tests use; there is none for a log. */
  tests?: 'projecting' | 'sharing';
  /** What a test expects of the rows: by their keys, where they are not a list. */
  totals?: (view: V, head: ViewItem | undefined) => object;
}>;

const kinds: { readonly [K in KindName]: Kind<Of<K>> } = {
  'row-per-stream': { shown: (_, head) => head?.row, tests: 'projecting' },
  'rows-per-stream': { shown: (_, head, rows) => ({ memory: head?.memory, rows }), tests: 'projecting' },
  'rows-per-commit': { shown: (_, head, rows) => ({ memory: head?.memory, rows }), tests: 'projecting' },
  'row-per-commit': { shown: (_, __, rows) => ({ rows }) },
  'shared-rows': {
    shown: (view, head) => ({ memory: head?.memory, adds: Object.fromEntries(contributed(view, head)) }),
    tests: 'sharing',
    totals: (view, head) =>
      Object.fromEntries(
        [...contributed(view, head)].flatMap(([row, share]) => {
          const sum = addingUp();
          sum.add(share);
          const total = totalOf([sum.sum()])?.total;
          return total ? [[row, view.show?.(total) ?? total]] : [];
        }),
      ),
  },
};

/** How the page shows and tests a view. */
export const kindOf = ({ kind }: AnyProjection): Kind<AnyProjection> => kinds[kind] as Kind<AnyProjection>;
