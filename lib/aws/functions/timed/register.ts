import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Manifest } from '../../../core/manifest.ts';
import { isRegister, registerName } from '../../../core/personal/register.ts';
import type { AnyProjection } from '../../../core/projection.ts';
import type { Register } from '../../../engine/operate/retention/subject.ts';
import { parkedList } from '../../view/parked-list.ts';
import { activeRevisions } from '../../view/revisions.ts';
import { viewTable } from '../../view/table.ts';

type Deployed = Readonly<{ manifest: Pick<Manifest, 'projections'>; tableOf: (projection: AnyProjection) => string }>;

/** The revision of the register of subjects that answers by now; undefined while none does. */
export const registerOn =
  (client: DynamoDBClient, control: string, { manifest, tableOf }: Deployed) =>
  async (): Promise<Register | undefined> => {
    const active = await activeRevisions(client, control).load(registerName);
    const view = manifest.projections.find((each) => isRegister(each) && each.revision === active?.revision);
    if (!view) return undefined;
    const table = tableOf(view);
    return { revision: view.revision, reader: viewTable(client, table), parked: parkedList(client, table) };
  };
