import { describe, expect, it } from 'vitest';
import { toProvedBody } from '../../../lib/engine/delivery/proof.ts';
import { toEntry } from '../../../lib/engine/delivery/publish.ts';
import { routeToView } from '../../../lib/engine/view/route.ts';
import { memoryProofs } from '../../../lib/testing/memory/system.ts';
import { bagOf } from '../../support/examples/bag.ts';
import { append, kinds, rebuildingOf } from '../../support/examples/rebuilding.ts';

const proofs = memoryProofs();
const recordsOf = (...bodies: readonly (object | string)[]) =>
  Promise.all(
    bodies.map(async (body, i) => {
      return { id: `m${i}`, body: typeof body === 'string' ? body : await toProvedBody(proofs, body) };
    }),
  );

const house = async () => {
  const rebuilding = rebuildingOf({ projection: kinds[0]! });
  const { view, log, instance } = rebuilding;
  const commits = bagOf('a', [[1], [2]]);
  await append(rebuilding, commits);
  const messages = commits.map((commit) => ({ detail: JSON.parse(toEntry(commit).detail) }));
  return { view, log, messages, refolding: { ...instance(), view } };
};
const resume = { resume: { stream: 'bag-a', correlation: 'c' } };
const refold = { refold: { stream: 'bag-a', correlation: 'c' } };

describe('the queue of a view', () => {
  it('takes commits and orders, and gives back what it does not know', async () => {
    const { view, log, messages, refolding } = await house();
    expect(
      await routeToView(
        { refolding, proofs, done: 'Projected.' },
        await recordsOf(...messages, resume, { hello: 1 }, refold, {}, 'no JSON', 'null', { detail: { stream: 'bag-a' } }),
      ),
    ).toEqual(['m3', 'm5', 'm6', 'm7', 'm8']);
    expect(await view.head('a')).toMatchObject({ commit: 2, row: { sum: 3 } });
    expect(log.lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: 'A message has an unknown form.',
        fields: { messages: ['m3', 'm5', 'm6', 'm7', 'm8'] },
      }),
    );
  });

  it('refuses a request to refold something that does not exist', async () => {
    const { messages, refolding } = await house();
    expect(
      await routeToView({ projecting: refolding, proofs, done: 'Announced.' }, await recordsOf(messages[0]!, resume, refold)),
    ).toEqual(['m2']);
  });

  it('shows nothing that has no proof, and takes the rest of its batch', async () => {
    const { view, messages, refolding } = await house();
    const [first] = messages;
    const forged = JSON.stringify({ detail: { ...first!.detail, stream: 'bag-forged' } });
    expect(await routeToView({ refolding, proofs, done: 'Projected.' }, await recordsOf(forged, ...messages))).toEqual(['m0']);
    expect([(await view.head('forged'))?.commit, (await view.head('a'))?.commit]).toEqual([undefined, 2]);
  });
});
