import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { revisionKey } from '../../core/deployed-names.ts';
import type { Active, Actives, Phase, Phases, Switch } from '../../engine/view/ports.ts';
import { toItem } from '../attributes.ts';
import { asRead, didHold } from '../condition.ts';
import { controlItem } from '../control-item.ts';

const idOfActive = (projection: string) => `view/${projection}`;

/** Writes the active revision, on the condition that the one that was read is still active. */
export const switchItem = (TableName: string, { next, from }: Switch) => ({
  TableName,
  Item: toItem({ id: idOfActive(next.projection), ...next }),
  ...asRead('revision', from),
});

/** The active revision of each view, in the control table. Stored format of 2026-11: `id` is `view/<projection>`, and the fields of an Active. */
export const activeRevisions = (client: DynamoDBClient, table: string): Actives => ({
  load: (projection) => controlItem<Active>(client, table, idOfActive(projection)),
  switch: (next, from) => didHold(client.send(new PutItemCommand(switchItem(table, { next, from })))),
});

/** The phases of revisions, in the control table. Stored format of 2026-11: `id` is `phase/<projection>.r<revision>`, and the fields of a Phase. */
export const revisionPhases = (client: DynamoDBClient, table: string): Phases => {
  const idOf = (name: string, revision: number) => `phase/${revisionKey({ name, revision })}`;
  return {
    load: (projection, revision) => controlItem<Phase>(client, table, idOf(projection, revision)),
    save: async (projection, revision, phase) => {
      await client.send(new PutItemCommand({ TableName: table, Item: toItem({ id: idOf(projection, revision), ...phase }) }));
    },
  };
};
