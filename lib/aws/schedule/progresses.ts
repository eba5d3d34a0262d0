import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Progress, Progresses } from '../../engine/schedule/ports.ts';
import { asRead } from '../condition.ts';
import { controlTable } from '../control-table.ts';

/** The progress of schedules, in the control table. Stored format of 2026-11: `id` is `schedule/<name>`, and the fields of a Progress. */
export const scheduleProgresses = (client: DynamoDBClient, table: string): Progresses => {
  const control = controlTable(client, table);
  const id = (name: string) => `schedule/${name}`;
  return {
    load: (name) => control.get<Progress>(id(name)),
    save: (name, progress, loadedWrites) =>
      control.put({ Item: { id: id(name), ...progress }, ...asRead('writes', loadedWrites) }),
  };
};
