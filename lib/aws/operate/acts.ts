import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Acts, KeptActs } from '../../engine/operate/acts/acts.ts';
import { asRead } from '../condition.ts';
import { controlTable } from '../control-table.ts';

/** Operators' acts on consumers, in the control table. Stored format of 2026-11: `id` is `acts/<kind>/<name>`, with the fields of KeptActs. */
export const operatorActs = (client: DynamoDBClient, table: string): Acts => {
  const control = controlTable(client, table);
  const id = (of: string) => `acts/${of}`;
  return {
    load: (of) => control.get<KeptActs>(id(of)),
    save: (of, kept, loadedWrites) => control.put({ Item: { id: id(of), ...kept }, ...asRead('writes', loadedWrites) }),
  };
};
