import type { AnyProjection } from '../core/projection.ts';
import { storable } from '../engine/store/storable.ts';
import { expectSame, fail } from './difference.ts';

/** Fails unless each row is as the view's `row` declares it: no other type, no field missing, and none that the schema does not have. */
export const expectConforming = ({ name, row: schema }: Pick<AnyProjection, 'name' | 'row'>, rows: readonly unknown[]): void => {
  if (!schema) return;
  for (const row of rows) {
    const { success, data, error } = schema.safeParse(row);
    const faults = error?.issues.map(({ path, message }) => `${path.join('.') || 'the row'}: ${message}`).join('; ');
    if (!success) fail({ title: `A row of ${name} is not as its 'row' declares.`, came: row, expected: faults });
    expectSame({ title: `A row of ${name} has fields that its 'row' does not declare.`, came: row, expected: storable(data) });
  }
};
