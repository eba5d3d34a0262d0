import type { SQSRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { projector } from '../../lib/aws/projector.ts';
import { toEntry } from '../../lib/engine/publish.ts';
import { bagOf } from '../support/bag.ts';
import { append, kinds, rebuildingOf } from '../support/rebuilding.ts';

const recordsOf = (...bodies: readonly (object | string)[]) =>
  bodies.map((body, i) => {
    return { messageId: `m${i}`, body: typeof body === 'string' ? body : JSON.stringify(body) } as SQSRecord;
  });

const house = async () => {
  const rebuilding = rebuildingOf({ projection: kinds[0]! });
  const { view, log, instance } = rebuilding;
  const commits = bagOf('a', [[1], [2]]);
  await append(rebuilding, commits);
  const messages = commits.map((commit) => ({ detail: JSON.parse(toEntry(commit).detail) }));
  return { view, log, messages, projecting: { ...instance(), view } };
};
const resume = { resume: { stream: 'bag-a', correlation: 'c' } };
const refold = { refold: { stream: 'bag-a', correlation: 'c' } };

describe('the function of a view', () => {
  it('takes commits and orders, and gives back what it does not know', async () => {
    const { view, log, messages, projecting } = await house();
    const run = projector(projecting, log, 'Projected.', projecting);
    expect(
      await run(recordsOf(...messages, resume, { hello: 1 }, refold, {}, 'no JSON', 'null', { detail: { stream: 'bag-a' } })),
    ).toEqual(['m3', 'm5', 'm6', 'm7', 'm8']);
    expect(await view.head('a')).toMatchObject({ commit: 2, row: { sum: 3 } });
    expect(log.lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: 'A message is of no known form.',
        fields: { messages: ['m3', 'm5', 'm6', 'm7', 'm8'] },
      }),
    );
  });

  it('takes no order to fold anew where there is nothing of the kind', async () => {
    const { log, messages, projecting } = await house();
    expect(await projector(projecting, log, 'Announced.')(recordsOf(messages[0]!, resume, refold))).toEqual(['m2']);
  });
});
