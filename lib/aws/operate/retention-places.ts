import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { RetentionPlace, RetentionPlaces } from '../../engine/operate/ports.ts';
import { controlTable } from '../control-table.ts';

const id = 'retention';

/** The place of retention, in the control table. Stored format of 2026-11: `id`, and the fields of a RetentionPlace. */
export const retentionPlaces = (client: DynamoDBClient, table: string): RetentionPlaces => {
  const control = controlTable(client, table);
  return {
    load: () => control.get<RetentionPlace>(id),
    save: async (place) => {
      await control.put({ Item: { id, ...place } });
    },
  };
};
