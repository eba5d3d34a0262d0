import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { commitStore } from '../../../lib/aws/store/commit-store.ts';
import type { Store } from '../../../lib/engine/ports.ts';

/** The table of commits as it is while functions of both settings write to it: every other commit is packed. */
export const bothForms = (client: DynamoDBClient, table: string): Store => {
  const [plain, packed] = [commitStore(client, table), commitStore(client, table, { form: 'packed' })];
  const of = (number: number) => (number % 2 === 0 ? plain : packed);
  return {
    append: (commit) => of(commit.commit).append(commit),
    appendTogether: (commits, unmoved) => of(commits[0]?.commit ?? 0).appendTogether(commits, unmoved),
    read: plain.read,
    find: packed.find,
  };
};
