import type { AnyProjection } from '../../../core/projection.ts';
import type { KindName, Of } from '../../../engine/view/kinds/kind.ts';
import type { SimulatedKind } from './kind.ts';
import { rowPerCommit } from './row-per-commit.ts';
import { rowPerStream } from './row-per-stream.ts';
import { rowsPerCommit } from './rows-per-commit.ts';
import { rowsPerStream } from './rows-per-stream.ts';
import { sharedRows } from './shared-rows.ts';

const kinds: { readonly [K in KindName]: SimulatedKind<Of<K>> } = {
  'row-per-stream': rowPerStream,
  'row-per-commit': rowPerCommit,
  'rows-per-stream': rowsPerStream,
  'rows-per-commit': rowsPerCommit,
  'shared-rows': sharedRows,
};

/** The functions of a view's kind, for the simulation. */
export const kindOf = ({ kind }: Pick<AnyProjection, 'kind'>): SimulatedKind<AnyProjection> => kinds[kind];
