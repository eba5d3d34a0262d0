import type { AnyProjection } from '../../../core/projection.ts';
import type { View, ViewItem, ViewReader } from '../../ports.ts';
import { headBefore, type Kind, type KindName, type Of } from './kind.ts';
import { rowPerCommit } from './row-per-commit.ts';
import { rowPerStream } from './row-per-stream.ts';
import { rowsPerCommit } from './rows-per-commit.ts';
import { rowsPerStream } from './rows-per-stream.ts';
import { sharedRows } from './shared-rows.ts';

const kinds: { readonly [K in KindName]: Kind<Of<K>> } = {
  'row-per-stream': rowPerStream,
  'row-per-commit': rowPerCommit,
  'rows-per-stream': rowsPerStream,
  'rows-per-commit': rowsPerCommit,
  'shared-rows': sharedRows,
};

/** The functions of a view's kind: the one place that chooses by the kind. */
export const kindOf = ({ kind }: Pick<AnyProjection, 'kind'>): Kind<AnyProjection> => kinds[kind];

/** A view's table as the engine sees it: whoever reads heads of a view takes its table through this. */
export const withCursors = <V extends View & Pick<ViewReader, 'rowsOf'>>(projection: AnyProjection, view: V): V =>
  kindOf(projection).cursors(view, projection);

/** The head of a stream without commits. */
export const emptyHead = (projection: AnyProjection, at: Pick<ViewItem, 'key' | 'stream'>): ViewItem =>
  headBefore(at, kindOf(projection).empty(projection));
