import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { SweepPlace, SweepPlaces } from '../../engine/operate/ports.ts';
import { toItem } from '../attributes.ts';
import { asRead, didHold } from '../condition.ts';
import { controlItem } from '../control-item.ts';

const id = 'sweep';

/** The sweep's place, in the control table. Stored format of 2026-11: `id`, and the fields of a SweepPlace. */
export const sweepPlaces = (client: DynamoDBClient, table: string): SweepPlaces => ({
  load: () => controlItem<SweepPlace>(client, table, id),
  save: (place, loadedRun) =>
    didHold(client.send(new PutItemCommand({ TableName: table, Item: toItem({ id, ...place }), ...asRead('run', loadedRun) }))),
});
