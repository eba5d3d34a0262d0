import type { Put } from '@aws-sdk/client-dynamodb';
import type { ViewItem } from '../engine/ports.ts';
import { toItem } from './attributes.ts';

type Condition = Pick<Put, 'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'>;

/** That a head is where it was read, by its cursor and by how much of what was begun is done; and, to go on, that nobody has parked it since. */
export const whereItWas = (before: ViewItem | undefined, goesOn: boolean): Condition =>
  before === undefined
    ? { ConditionExpression: 'attribute_not_exists(#key)', ExpressionAttributeNames: { '#key': 'key' } }
    : {
        ConditionExpression: `#commit = :commit AND ${before.begun ? '#begun.#done = :done' : 'attribute_not_exists(#begun)'}${goesOn ? ' AND attribute_not_exists(#parked)' : ''}`,
        ExpressionAttributeNames: {
          '#commit': 'commit',
          '#begun': 'begun',
          ...(before.begun && { '#done': 'done' }),
          ...(goesOn && { '#parked': 'parked' }),
        },
        ExpressionAttributeValues: toItem({ ':commit': before.commit, ':done': before.begun?.done }),
      };
