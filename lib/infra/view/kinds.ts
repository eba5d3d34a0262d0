import type { KindName } from '../../engine/view/kinds/kind.ts';

/** Everything in which one kind of view differs from the others as a table. */
export type TableKind = Readonly<{
  /** DynamoDB's actions that applying commits takes, beside GetItem and PutItem. */
  actions: readonly string[];
  /** DynamoDB's actions that reading a cursor takes, beside GetItem. */
  cursorActions: readonly string[];
  /** True if rows are items of their own, which DynamoDB may remove when they have expired. */
  hasRowItems: boolean;
  /** True if an index lists shared rows. */
  listsShared: boolean;
}>;

export const tableKinds: Readonly<Record<KindName, TableKind>> = {
  'row-per-stream': { actions: [], cursorActions: [], hasRowItems: false, listsShared: false },
  // The cursor is where the rows end.
  'row-per-commit': { actions: ['Query'], cursorActions: ['Query'], hasRowItems: true, listsShared: false },
  // A refold works beside the rows that the stream has written.
  'rows-per-stream': { actions: ['Query'], cursorActions: [], hasRowItems: true, listsShared: false },
  // The cursor is where the rows end, and a refold works beside them.
  'rows-per-commit': { actions: ['Query'], cursorActions: ['Query'], hasRowItems: true, listsShared: false },
  'shared-rows': { actions: ['Query', 'UpdateItem'], cursorActions: [], hasRowItems: false, listsShared: true },
};
