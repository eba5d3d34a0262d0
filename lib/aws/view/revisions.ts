import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { revisionKey } from '../../core/deployed-names.ts';
import type { Active, Actives, Phase, Phases, Switch } from '../../engine/view/ports.ts';
import { asRead } from '../condition.ts';
import { controlTable } from '../control-table.ts';

const idOfActive = (projection: string) => `view/${projection}`;

/** Writes the active revision, on the condition that the one that was read is still active. */
export const switchItem = ({ next, from }: Switch) => ({
  Item: { id: idOfActive(next.projection), ...next },
  ...asRead('revision', from),
});

/** The active revision of each view, in the control table. Stored format of 2026-11: `id` is `view/<projection>`, and the fields of an Active. */
export const activeRevisions = (client: DynamoDBClient, table: string): Actives => {
  const control = controlTable(client, table);
  return {
    load: (projection) => control.get<Active>(idOfActive(projection)),
    switch: (next, from) => control.put(switchItem({ next, from })),
  };
};

/** The phases of revisions, in the control table. Stored format of 2026-11: `id` is `phase/<projection>.r<revision>`, and the fields of a Phase. */
export const revisionPhases = (client: DynamoDBClient, table: string): Phases => {
  const control = controlTable(client, table);
  const idOf = (name: string, revision: number) => `phase/${revisionKey({ name, revision })}`;
  return {
    load: (projection, revision) => control.get<Phase>(idOf(projection, revision)),
    save: async (projection, revision, phase) => {
      await control.put({ Item: { id: idOf(projection, revision), ...phase } });
    },
  };
};
