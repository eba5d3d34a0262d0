import { rowPerStream } from 'foldstream';
import { type CustomerEvent, customerSource, type personalOfCustomer } from '../../../events/customer.ts';

type Row = { name: (typeof personalOfCustomer.name)['_output']; since: string };

// The compiler names: '"name"' is not assignable to type '"since"'
export const wrong = rowPerStream<Row, CustomerEvent>()({
  name: 'customers',
  revision: 1,
  from: customerSource,
  may: ['operator'],
  filters: ['name'],
  on: { CustomerLeft: () => undefined },
});
