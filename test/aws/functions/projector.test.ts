import type { SQSRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { projector } from '../../../lib/aws/functions/projector.ts';
import { toProvedBody } from '../../../lib/engine/delivery/proof.ts';
import { toEntry } from '../../../lib/engine/delivery/publish.ts';
import { memoryProofs } from '../../../lib/testing/memory/system.ts';
import { bagOf } from '../../support/examples/bag.ts';
import { append, kinds, rebuildingOf } from '../../support/examples/rebuilding.ts';

const proofs = memoryProofs();
const recordsOf = (...bodies: readonly (object | string)[]) =>
  Promise.all(
    bodies.map(async (body, i) => {
      return { messageId: `m${i}`, body: typeof body === 'string' ? body : await toProvedBody(proofs, body) } as SQSRecord;
    }),
  );

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
    const run = projector(projecting, { log, proofs }, 'Projected.', projecting);
    expect(
      await run(
        await recordsOf(...messages, resume, { hello: 1 }, refold, {}, 'no JSON', 'null', { detail: { stream: 'bag-a' } }),
      ),
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
    expect(await projector(projecting, { log, proofs }, 'Announced.')(await recordsOf(messages[0]!, resume, refold))).toEqual([
      'm2',
    ]);
  });

  it('shows nothing that has no proof, and takes the rest of its batch', async () => {
    const { view, log, messages, projecting } = await house();
    const run = projector(projecting, { log, proofs }, 'Projected.', projecting);
    const [first] = messages;
    const forged = JSON.stringify({ detail: { ...first!.detail, stream: 'bag-forged' } });
    expect(await run(await recordsOf(forged, ...messages))).toEqual(['m0']);
    expect([(await view.head('forged'))?.commit, (await view.head('a'))?.commit]).toEqual([undefined, 2]);
  });
});
