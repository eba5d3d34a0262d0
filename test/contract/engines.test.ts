import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, describe, inject } from 'vitest';
import { manifest } from '../../domains/index.ts';
import { dynamo } from '../../lib/aws/client/dynamo.ts';
import { processHeads, viewHeads } from '../../lib/aws/operate/heads.ts';
import { sweepPlaces } from '../../lib/aws/operate/sweep-places.ts';
import { hpkeBox } from '../../lib/aws/personal/box.ts';
import { kmsKeyPairs } from '../../lib/aws/personal/kms.ts';
import { openingKeys, operatedKeys, sealingKeys } from '../../lib/aws/personal/subject-keys.ts';
import { openDeadlines } from '../../lib/aws/process/former-deadlines.ts';
import { sourceCursors } from '../../lib/aws/process/source-cursors.ts';
import { rebuildRecords } from '../../lib/aws/rebuild/records.ts';
import { allDeadlines } from '../../lib/aws/restore/places.ts';
import { scheduleProgresses } from '../../lib/aws/schedule/progresses.ts';
import { commitScanner } from '../../lib/aws/store/commit-scanner.ts';
import { commitStore } from '../../lib/aws/store/commit-store.ts';
import { snapshotStore } from '../../lib/aws/store/snapshot-store.ts';
import { systemClock } from '../../lib/aws/system.ts';
import { dirtyNotes } from '../../lib/aws/view/dirty-notes.ts';
import { parkedList } from '../../lib/aws/view/parked-list.ts';
import { activeRevisions, revisionPhases } from '../../lib/aws/view/revisions.ts';
import { viewScanner } from '../../lib/aws/view/scanner.ts';
import { viewTable } from '../../lib/aws/view/table.ts';
import type { AnyProjection } from '../../lib/core/projection.ts';
import type { Deadline } from '../../lib/engine/process/ports.ts';
import { patientRequests } from '../support/patience.ts';
import { spoilers } from '../support/spoil.ts';
import { bothForms } from '../support/store/both-forms.ts';
import { engineFlowTables } from '../support/store/flow-tables.ts';
import { meter } from '../support/store/meter.ts';
import { dropTables, makeAllTables, makeTables } from '../support/store/tables.ts';
import { commandsContract } from './commands.contract.ts';
import { costsContract } from './costs.contract.ts';
import { boundariesContract } from './decisions/boundaries.contract.ts';
import { decisionCostsContract } from './decisions/costs.contract.ts';
import { pricesContract } from './decisions/prices.contract.ts';
import { togetherContract } from './decisions/together.contract.ts';
import { flowCostsContract } from './flow-costs.contract.ts';
import { keysContract } from './keys.contract.ts';
import { listsContract } from './lists.contract.ts';
import { blanksContract } from './personal/blanks.contract.ts';
import { personalCostsContract } from './personal/costs.contract.ts';
import { subjectKeysContract } from './personal/subject-keys.contract.ts';
import { fewDeadlines, formerDeadlinesContract, processContract } from './process.contract.ts';
import { rebuildContract } from './rebuild.contract.ts';
import { rebuildCostsContract } from './rebuild-costs.contract.ts';
import { sharesContract } from './shares.contract.ts';
import { sizeContract } from './size.contract.ts';
import { snapshotsContract } from './snapshots.contract.ts';
import { storeContract } from './store.contract.ts';
import { sweepContract } from './sweep.contract.ts';
import { viewContract } from './view.contract.ts';
import { viewCostsContract } from './view-costs.contract.ts';

/** A deadline as releases before the table of deadlines stored it, in the control table. */
const formerDeadline = (TableName: string, { instance, name, setBy, at }: Deadline) =>
  new PutItemCommand({
    TableName,
    Item: {
      id: { S: `deadline/${instance}/${name}/${setBy}` },
      instance: { S: instance },
      name: { S: name },
      setBy: { N: String(setBy) },
      due: { S: at },
      dueIn: { S: `orderProcess/${setBy % 8}` },
    },
  });

/** An engine that answers as DynamoDB does. */
type Engine = Readonly<{ name: string; endpoint: string }>;

declare module 'vitest' {
  interface ProvidedContext {
    endpoints?: readonly Engine[];
  }
}

const engines: readonly Engine[] = inject('endpoints') ?? JSON.parse(process.env.FOLDSTREAM_ENDPOINTS ?? '[]');
if (engines.length === 0)
  throw new Error('No engine to run on: set FOLDSTREAM_ENDPOINTS to [{"name":"...","endpoint":"http://..."}].');

/** Both local engines take these for their owner. */
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

for (const { name, endpoint } of engines)
  describe(name, () => {
    const settings = { endpoint, region: 'eu-central-1', credentials, ...patientRequests };
    const client = dynamo(settings);
    const made: Readonly<Record<string, string>>[] = [];
    const tables = async (projection?: AnyProjection) => {
      const names = await makeTables(client, projection);
      made.push(names);
      return names;
    };
    afterAll(async () => {
      for (const names of made) await dropTables(client, names);
      client.destroy();
    });
    storeContract(name, async () => bothForms(client, (await tables()).commits));
    blanksContract(name, async () => ({ client, table: (await tables()).commits }));
    pricesContract(name, async () => bothForms(client, (await tables()).commits), systemClock);
    snapshotsContract(name, async () => {
      const { snapshots: table } = await tables();
      return { snapshots: snapshotStore(client, table), spoil: spoilers(client, table) };
    });
    viewContract(name, async () => viewTable(client, (await tables()).view));
    listsContract(name, async (projection) => viewTable(client, (await tables(projection)).view));
    sharesContract(name, async () => viewTable(client, (await tables()).view));
    sweepContract(name, async () => {
      const { commits, control, view } = await tables();
      const { observe, take } = meter();
      const counted = dynamo({ ...settings, observe });
      return {
        heads: viewHeads(counted, view),
        cursors: { move: sourceCursors(client, control, 'moving').move, heads: processHeads(client, control, 'moving') },
        read: () => {
          const { requests, readUnits } = take();
          return { requests, readUnits };
        },
        store: bothForms(client, commits),
        scanner: commitScanner(client, commits),
        places: sweepPlaces(client, control),
        view: viewTable(client, view),
        parked: parkedList(client, view),
      };
    });
    processContract(name, async () => {
      const made = await tables();
      const { control } = made;
      return {
        cursors: (process) => sourceCursors(client, control, process),
        deadlines: openDeadlines(client, made, fewDeadlines),
      };
    });
    formerDeadlinesContract(name, async () => {
      const made = await tables();
      const putFormer = async (deadline: Deadline) => void (await client.send(formerDeadline(made.control, deadline)));
      const allOf = (process: string) => allDeadlines(client, made, process);
      return { deadlines: openDeadlines(client, made, fewDeadlines), putFormer, allOf };
    });
    rebuildContract(name, async () => {
      const { control, view } = await tables();
      return {
        view: viewTable(client, view),
        viewScanner: viewScanner(client, view),
        actives: activeRevisions(client, control),
        phases: revisionPhases(client, control),
        dirty: dirtyNotes(client, view),
        rebuilds: rebuildRecords(client, control),
      };
    });
    // DynamoDB Local reports 4 units for any transaction, and none of what the indexes take.
    if (name !== 'DynamoDB Local')
      rebuildCostsContract(name, async (projection) => {
        const made = await tables(projection);
        return { client, tables: made, metered: (observe) => dynamo({ ...settings, observe }) };
      });
    if (name !== 'DynamoDB Local')
      decisionCostsContract(name, async () => {
        const { observe, take } = meter();
        const [counted, names] = [dynamo({ ...settings, observe }), await tables()];
        return {
          ports: { store: commitStore(counted, names.commits), snapshots: snapshotStore(counted, names.snapshots) },
          progresses: scheduleProgresses(counted, names.control),
          take,
        };
      });
    flowCostsContract(name, async (tally) => {
      const names = await makeAllTables(client, manifest);
      made.push(names);
      return engineFlowTables(names, (observe) => dynamo({ ...settings, observe }), tally);
    });
    togetherContract(name, async () => bothForms(client, (await tables()).commits), systemClock);
    boundariesContract(name, async () => bothForms(client, (await tables()).commits), systemClock);
    commandsContract(name, async () => ({ client, tables: await tables() }));
    // DynamoDB Local is no KMS.
    if (name !== 'DynamoDB Local')
      subjectKeysContract(name, async () => {
        const kms = new KMSClient(settings);
        const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
        const ofKms = kmsKeyPairs(KeyMetadata!.KeyId!, kms);
        let meanwhile: (() => Promise<unknown>) | undefined;
        const keyPairs: typeof ofKms = {
          ...ofKms,
          make: async (wrapping) => {
            const act = meanwhile;
            meanwhile = undefined;
            await act?.();
            return ofKms.make(wrapping);
          },
        };
        const whileMaking = (act: () => Promise<unknown>) => {
          meanwhile = act;
        };
        const of = { client, table: (await tables()).control, deployment: name, keyPairs };
        const stored = async (subject: string) => {
          const { Item } = await client.send(new GetItemCommand({ TableName: of.table, Key: { id: { S: `pairs/${subject}` } } }));
          return Item !== undefined;
        };
        return {
          sealing: sealingKeys(of),
          opening: openingKeys(of),
          operated: operatedKeys(of),
          box: hpkeBox(),
          stored,
          whileMaking,
        };
      });
    if (name !== 'DynamoDB Local')
      personalCostsContract(name, async () => {
        const [ofTables, ofKeys] = [meter(), meter()];
        const names = await tables();
        const counted = dynamo({ ...settings, observe: ofTables.observe });
        const kms = new KMSClient(settings);
        const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
        let asked = 0;
        const send = ((command: never) => {
          asked += 1;
          return kms.send(command);
        }) as typeof kms.send;
        const keyPairs = kmsKeyPairs(KeyMetadata!.KeyId!, { send });
        const keys = { table: names.control, deployment: name, keyPairs };
        const of = { ...keys, client: dynamo({ ...settings, observe: ofKeys.observe }) };
        return {
          ports: { store: commitStore(counted, names.commits), snapshots: snapshotStore(counted, names.snapshots) },
          ...{ sealing: sealingKeys(of), opening: openingKeys(of) },
          take: () => {
            const kmsRequests = asked;
            asked = 0;
            return { tables: ofTables.take(), keys: ofKeys.take(), kms: kmsRequests };
          },
        };
      });
    keysContract(name, async () => ({ client, table: (await tables()).control }));
    sizeContract(name, async (observe, form = 'plain') =>
      commitStore(dynamo({ ...settings, observe }), (await tables()).commits, { form }),
    );
    viewCostsContract(name, async (observe, projection) =>
      viewTable(dynamo({ ...settings, observe }), (await tables(projection)).view),
    );
    costsContract(
      name,
      async () => ({ client, tables: await tables() }),
      (observe) => dynamo({ ...settings, observe }),
    );
  });
