import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SweepPlace, SweepPlaces } from '../../engine/operate/ports.ts';
import { asRead } from '../condition.ts';
import { controlTable } from '../control-table.ts';

const id = 'sweep';

/** The sweep's place, in the control table. Stored format of 2026-11: `id`, and the fields of a SweepPlace. */
export const sweepPlaces = (client: DynamoDBClient, table: string): SweepPlaces => {
  const control = controlTable(client, table);
  return {
    load: () => control.get<SweepPlace>(id),
    save: (place, loadedRun) => control.put({ Item: { id, ...place }, ...asRead('run', loadedRun) }),
  };
};
