import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { type Settling, settled } from '../../../lib/aws/functions/deployed.ts';
import { memoryDeployments } from '../../../lib/testing/memory/deployments.ts';
import { memoryActives, memoryPhases } from '../../../lib/testing/memory/rebuild.ts';
import { memoryClock } from '../../../lib/testing/memory/system.ts';

/** Names follow from the stack's and the view's: they are the same whenever the view is deployed. */
const tableName = (revision: string) => `shop-${revision.replace('.', '-')}`;
const properties = (revisions: readonly string[]) => ({
  Retired: ['revenue'],
  Revisions: Object.fromEntries(revisions.map((revision) => [revision, [tableName(revision), 'code']])),
});

/** A stack as CloudFormation updates it: an existing table stays, a missing one is made, and a removed one is deleted at the end. */
const house = () => {
  const [actives, phases] = [memoryActives(), memoryPhases()];
  const tables = new Map<string, string>();
  let made = 0;
  let history = false;
  let before: readonly string[] = [];
  const settling: Settling = {
    actives,
    phases,
    clock: memoryClock(),
    deployments: memoryDeployments({ actives, phases, fewCommits: async () => (history ? undefined : 0) }),
    tableId: async (name) => tables.get(name) ?? '',
    build: async () => {},
  };
  const ask = (next: readonly string[], previous: readonly string[]) =>
    settled(settling, {
      RequestType: 'Update',
      ResourceProperties: properties(next),
      OldResourceProperties: properties(previous),
    } as unknown as CloudFormationCustomResourceEvent);
  return {
    actives,
    begin: () => {
      history = true;
    },
    phase: async (revision: number) => (await phases.load('revenue', revision))?.phase,
    /** `undone`: a later step fails, and CloudFormation restores the previous state. */
    deploy: async (next: readonly string[], { undone = false } = {}) => {
      for (const name of next.map(tableName)) if (!tables.has(name)) tables.set(name, `id-${++made}`);
      const refused = await ask(next, before);
      const [stays, goes] = refused !== undefined || undone ? [before, next] : [next, before];
      if (stays === before) await ask(before, next);
      for (const name of goes.map(tableName)) if (!stays.map(tableName).includes(name)) tables.delete(name);
      before = stays;
      return refused;
    },
  };
};

describe('a view that was removed and comes back under the same names', () => {
  it('has to be built, and does not answer from its new, empty table', async () => {
    const { deploy, begin, actives, phase } = house();
    await deploy(['revenue.r1', 'orders.r1']);
    begin();
    expect(await deploy(['orders.r1'])).toBeUndefined();
    expect(await deploy(['revenue.r1', 'orders.r1'])).toBeUndefined();
    expect([await actives.load('revenue'), await phase(1)]).toEqual([undefined, 'building']);
    expect((await actives.load('orders'))?.revision).toBe(1);
  });

  it('is nothing to roll back to, if it was the revision before', async () => {
    const { deploy, begin, actives, phase } = house();
    await deploy(['revenue.r1', 'revenue.r2']);
    begin();
    const now = { projection: 'revenue', revision: 2, previous: 1, since: '', by: 'o', why: 'rebuilt' };
    expect(await actives.switch(now, 1)).toBe(true);
    expect(await deploy(['revenue.r2'])).toBeUndefined();
    expect(await deploy(['revenue.r1', 'revenue.r2'])).toBeUndefined();
    expect([(await actives.load('revenue'))?.revision, await phase(1)]).toEqual([2, 'building']);
  });

  it('goes on where it was when CloudFormation undoes its removal', async () => {
    const { deploy, begin, actives, phase } = house();
    await deploy(['revenue.r1', 'orders.r1']);
    begin();
    await deploy(['orders.r1'], { undone: true });
    expect([(await actives.load('revenue'))?.revision, await phase(1)]).toEqual([1, 'live']);
  });

  it('is forgotten once its removal cannot be undone any more', async () => {
    const { deploy, begin, actives, phase } = house();
    await deploy(['revenue.r1', 'orders.r1']);
    begin();
    await deploy(['orders.r1']);
    await deploy(['orders.r1', 'orders.r2']);
    expect([await actives.load('revenue'), await phase(1)]).toEqual([undefined, undefined]);
  });
});
