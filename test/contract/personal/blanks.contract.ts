import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { toItem } from '../../../lib/aws/attributes.ts';
import { commitItem } from '../../../lib/aws/store/commit-item.ts';
import { commitStore } from '../../../lib/aws/store/commit-store.ts';
import { blankingStore } from '../../../lib/aws/store/purge-store.ts';
import { blankOf } from '../../../lib/engine/store/purged.ts';
import { commitOf, freshStream } from '../../support/store/commits.ts';

const forms = ['plain', 'packed'] as const;

/** A blank takes the place of a commit, in whichever forms both are, and leaves nothing of it. */
export const blanksContract = (name: string, make: () => Promise<Readonly<{ client: DynamoDBClient; table: string }>>) =>
  describe(`blanks: ${name}`, () => {
    it.each(forms.flatMap((was) => forms.map((is) => [was, is] as const)))(
      'leave nothing of what was there: %s, and then %s',
      async (was, is) => {
        const { client, table } = await make();
        const stream = freshStream();
        const store = commitStore(client, table, { form: was });
        await store.append(commitOf(stream, 1, { imported: 'a mark', digest: 'a'.repeat(64) }));
        const blank = blankOf(commitOf(stream, 2), 1);
        await blankingStore(client, table, is).blank(blank);
        expect(await store.find(stream, 1)).toEqual(blank);
        const { Item = {} } = await client.send(new GetItemCommand({ TableName: table, Key: toItem({ stream, commit: 1 }) }));
        expect(Object.keys(Item).sort()).toEqual(Object.keys(commitItem(blank, is)).sort());
      },
    );
  });
