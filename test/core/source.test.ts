import { expect, test } from 'vitest';
import { type AccountEvent, accountSource } from '../../events/account.ts';
import { type OrderEvent, orderSource } from '../../events/order.ts';
import { transferSource } from '../../events/transfer.ts';
import type { Decider } from '../../lib/core/decider.ts';
import type { Process } from '../../lib/core/process/process.ts';
import type { RowPerStream } from '../../lib/core/projection.ts';

type Row = Readonly<{ n: number }>;
type View<E extends AccountEvent | OrderEvent> = RowPerStream<Row, E>;

const view = { kind: 'row-per-stream', name: 'numbers', revision: 1, may: ['operator'], on: {} } as const;

// The compiler runs these tests: a directive without an error below it does not compile.
test('a view, a process and a decider take the sources of their events, and no others', () => {
  const fitting = [
    { ...view, from: accountSource } satisfies View<AccountEvent>,
    { ...view, from: [accountSource, orderSource] } satisfies View<AccountEvent | OrderEvent>,
    { from: [accountSource] } satisfies Pick<Process<Row, AccountEvent>, 'from'>,
    { ...accountSource } satisfies Pick<Decider<Row, never, AccountEvent>, 'category' | 'events'>,
  ];
  const wrong = [
    // @ts-expect-error: the source of another aggregate.
    { ...view, from: orderSource } satisfies View<AccountEvent>,
    // @ts-expect-error: one source of a list has none of the events.
    { ...view, from: [accountSource, orderSource] } satisfies View<AccountEvent>,
    // @ts-expect-error: a view handles an event that its source does not have.
    { ...view, from: accountSource, on: { OrderPlaced: () => ({ n: 1 }) } } satisfies View<AccountEvent>,
    // @ts-expect-error: a view of more events than its source has.
    { ...view, from: accountSource } satisfies View<AccountEvent | OrderEvent>,
    // @ts-expect-error: a process reads from the source of another aggregate.
    { from: [transferSource] } satisfies Pick<Process<Row, AccountEvent>, 'from'>,
    // @ts-expect-error: a decider has the formats of another aggregate.
    { ...transferSource } satisfies Pick<Decider<Row, never, AccountEvent>, 'category' | 'events'>,
  ];
  expect([fitting.length, wrong.length]).toEqual([4, 6]);
});
