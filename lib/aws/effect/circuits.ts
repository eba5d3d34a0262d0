import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Circuit } from '../../core/effect/circuit.ts';
import type { Circuits } from '../../engine/effect/ports.ts';
import { asRead } from '../condition.ts';
import { controlTable } from '../control-table.ts';

/** The circuits of providers. Stored format of 2026-11, in the control table: `id` is `circuit/<provider>`, and the fields of a Circuit. */
export const circuitItems = (client: DynamoDBClient, table: string): Circuits => {
  const control = controlTable(client, table);
  const id = (provider: string) => `circuit/${provider}`;
  return {
    load: (provider) => control.get<Circuit>(id(provider)),
    save: (provider, circuit, before) =>
      control.put({ Item: { id: id(provider), ...circuit }, ...asRead('changes', before?.changes) }),
  };
};
