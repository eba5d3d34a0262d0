import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromItem, toItem } from '../../lib/aws/attributes.ts';
import { asRead } from '../../lib/aws/condition.ts';
import { controlTable } from '../../lib/aws/control-table.ts';

/** The control table of a client whose requests end before the network: it keeps a put, and a get returns the last one. */
const tableOfWire = () => {
  const puts: { Item: never; ExpressionAttributeValues?: object }[] = [];
  const requestHandler = {
    handle: async ({ body, headers }: { body: Uint8Array; headers: Record<string, string> }) => {
      const isPut = headers['x-amz-target']?.endsWith('PutItem');
      if (isPut) puts.push(JSON.parse(new TextDecoder().decode(body)));
      const answer = Buffer.from(JSON.stringify(isPut ? {} : { Item: puts.at(-1)?.Item }));
      return { response: { statusCode: 200, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: answer } };
    },
  } as never;
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const client = new DynamoDBClient({ region: 'eu-central-1', credentials, requestHandler });
  return { control: controlTable(client, 'control'), puts };
};

/** The values in items of the control table. Names of views and of consumers are keys there, and a view may be named `constructor`. */
const leaf = fc.oneof(
  fc.constantFrom(null, true, false, undefined),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, min: 0, max: 1 }),
  fc.string(),
);
const named = fc.dictionary(fc.constantFrom('constructor', 'to-string', 'track.r1', 'S', 'toJSON'), leaf, {
  noNullPrototype: true,
});
const fields = fc.record({ run: fc.maxSafeInteger(), leaving: named, newest: fc.array(named), at: leaf });

describe('an item of the control table', () => {
  it('is stored as the codec of commits stores it, and read back as it was put', async () => {
    const { control, puts } = tableOfWire();
    await fc.assert(
      fc.asyncProperty(fields, async (values) => {
        expect(await control.put({ Item: { id: 'sweep', ...values } })).toBe(true);
        const stored = toItem({ id: 'sweep', ...values });
        expect(puts.at(-1)?.Item).toEqual(stored);
        const { id: _, ...read } = fromItem(stored);
        expect(await control.get('sweep')).toEqual(read);
      }),
    );
  });

  it('is compared by its own values', async () => {
    const { control, puts } = tableOfWire();
    await control.put({ Item: { id: 'sweep', run: 2 }, ...asRead('run', 1) });
    expect(puts[0]?.ExpressionAttributeValues).toEqual(toItem({ ':read': 1 }));
  });
});
