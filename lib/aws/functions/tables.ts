import { Logger } from '@aws-lambda-powertools/logger';
import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import {
  type Keeping,
  type KeptTable,
  keptTables,
  refusedTables,
  refusedUnprotecting,
  rememberedWith,
  type TableFacts,
} from '../../engine/deployment/kept-tables.ts';
import { dynamo } from '../client/dynamo.ts';
import { answerCloudFormation, onceAllowed } from '../deployment/custom-resource.ts';
import { knownTables, tableFacts } from '../deployment/kept-tables.ts';
import { stackStatus } from '../deployment/stack-status.ts';
import { systemClock } from '../system.ts';

type Properties = Readonly<{
  Tables?: Partial<Record<KeptTable, string>>;
  Adopted?: readonly KeptTable[];
  Protect?: string;
}>;

/** Checks whether a deployment may change the protection of its tables, before it does. Only an update has something to lose. */
const unprotecting = async ({ RequestType, StackId, ...event }: CloudFormationCustomResourceEvent) => {
  const before = 'OldResourceProperties' in event && event.OldResourceProperties.Protect === 'true';
  const after = event.ResourceProperties.Protect === 'true';
  if (RequestType !== 'Update' || !before || after) return {};
  const refused = refusedUnprotecting(before, after, await stackStatus(StackId));
  return refused === undefined ? {} : { refused };
};

/** Allows or refuses the change of protected resources and of tables, each before anything is changed. Returns the stream of the commits. */
export const tablesHandler = () => {
  const client = dynamo();
  const log = new Logger({ serviceName: 'tables' });

  const settled = async (event: CloudFormationCustomResourceEvent) => {
    // A removal needs nothing.
    if (event.RequestType === 'Delete') return {};
    const { Tables: next = {}, Adopted: adopted = [], Protect } = event.ResourceProperties as Properties;
    const before = (event.RequestType === 'Update' ? event.OldResourceProperties : {}) as Properties;
    const records = knownTables(client, next.control ?? '');
    const found = keptTables.flatMap((table) => {
      const name = next[table];
      return name === undefined ? [] : [tableFacts(client, name).then((facts) => [table, facts] as const)];
    });
    const facts = Object.fromEntries(await Promise.all(found)) as Partial<Record<KeptTable, TableFacts | 'none'>>;
    const keeping: Keeping = {
      next,
      previous: before.Tables ?? {},
      adopted: keptTables.filter((table) => adopted.includes(table)),
      remembered: await records.load(),
      facts,
      protect: Protect === 'true',
    };
    const refused = refusedTables(keeping);
    if (refused !== undefined) return { refused };
    await records.save(rememberedWith(keeping));
    const commits = facts.commits;
    return { data: { CommitsStream: (commits !== 'none' && commits?.stream) || 'of the stack' } };
  };

  return async (event: CloudFormationCustomResourceEvent): Promise<void> => {
    const ofTables = 'Tables' in event.ResourceProperties;
    const answer = await onceAllowed(systemClock, () => (ofTables ? settled(event) : unprotecting(event))).catch(
      (error: Error) => {
        log.error('Failed.', { error });
        return { refused: `The tables could not be looked at: ${error.message}` };
      },
    );
    if ('refused' in answer) log.warn('A deployment is refused.', { reason: answer.refused });
    await answerCloudFormation(systemClock, event, { resource: ofTables ? 'tables' : 'protection', ...answer });
  };
};
