import { describe, expect, it } from 'vitest';
import { type DeployedRevision, type Deploying, settleDeployment } from '../../../lib/engine/deployment/revisions.ts';
import { memoryDeployments } from '../../../lib/testing/memory/deployments.ts';
import { memoryActives, memoryPhases } from '../../../lib/testing/memory/rebuild.ts';
import { memoryClock } from '../../../lib/testing/memory/system.ts';

const one = (revision: number, table = `table-${revision}`, projection = 'track'): DeployedRevision => ({
  projection,
  revision,
  table,
});

const house = (history = false) => {
  const [actives, phases] = [memoryActives(), memoryPhases()];
  let commits = history;
  const deploying: Deploying = {
    clock: memoryClock(),
    deployments: memoryDeployments({ actives, phases, fewCommits: async () => (commits ? undefined : 0) }),
    actives,
    phases,
  };
  let [previous, retired]: [readonly DeployedRevision[], readonly string[]] = [[], []];
  return {
    deploying,
    /** As CloudFormation does: a refused deployment is undone in the same way. */
    deploy: async (...next: DeployedRevision[]) => {
      const settled = await settleDeployment(deploying, next, { previous, retired });
      if ('refused' in settled)
        expect(await settleDeployment(deploying, previous, { previous: next, retired: [] })).not.toHaveProperty('refused');
      else previous = next;
      return 'refused' in settled ? settled.refused : undefined;
    },
    retire: (view: string) => {
      retired = [view];
    },
    begin: () => {
      commits = true;
    },
    active: async (projection = 'track') => (await actives.load(projection))?.revision,
    phase: async (revision: number) => (await phases.load('track', revision))?.phase,
    rebuilt: async (revision: number) => {
      const since = '2026-11-21T12:00:00.000Z';
      const previous = (await actives.load('track'))?.revision;
      await phases.save('track', revision, { phase: 'live', since });
      const now = { projection: 'track', revision, since, by: 'o', why: 'rebuilt', ...(previous !== undefined && { previous }) };
      expect(await actives.switch(now, previous)).toBe(true);
    },
    /** As by a rebuild that found differences: it is kept up to date, and does not answer. */
    built: (revision: number) => phases.save('track', revision, { phase: 'live', since: '2026-11-21T12:00:00.000Z' }),
  };
};

describe('a deployment', () => {
  it('lets the oldest revision answer at once where there is no history', async () => {
    const { deploy, active, phase } = house();
    expect(await deploy(one(1), one(2))).toBeUndefined();
    expect([await active(), await phase(1), await phase(2)]).toEqual([1, 'live', 'building']);
  });

  it('over existing history lets nothing answer before it is built', async () => {
    const { deploy, active, phase } = house(true);
    await deploy(one(1));
    expect([await active(), await phase(1)]).toEqual([undefined, 'building']);
  });

  it('changes nothing about a view that is answered, and goes on when the same is deployed again', async () => {
    const { deploy, begin, active, phase } = house();
    await deploy(one(1));
    begin();
    expect(await deploy(one(1), one(2))).toBeUndefined();
    expect(await deploy(one(1), one(2))).toBeUndefined();
    expect([await active(), await phase(1), await phase(2)]).toEqual([1, 'live', 'building']);
  });

  it('that would remove the revision that answers is refused, before and after a switch, and undone', async () => {
    const { deploy, begin, active, rebuilt, phase } = house();
    await deploy(one(1), one(2));
    begin();
    expect(await deploy(one(2))).toContain('remove track.r1, which answers queries');
    await rebuilt(2);
    expect(await deploy(one(1))).toContain('remove track.r2');
    expect(await deploy(one(2))).toBeUndefined();
    expect([await active(), await phase(2)]).toEqual([2, 'live']);
  });

  it.each(['process-instances', 'effect-performances', 'event-log'])(
    'that has a newer revision of %s takes it, since no manifest can keep the older: it is built first',
    async (view) => {
      const { deploy, begin, active } = house();
      const revision = (number: number, table?: string) => one(number, table, view);
      await deploy(revision(1));
      begin();
      expect(await active(view)).toBe(1);
      expect(await deploy(revision(1, 'another'))).toContain(`replace the table of ${view}.r1`);
      expect(await deploy(revision(2))).toBeUndefined();
      expect(await active(view)).toBeUndefined();
    },
  );

  it('that would replace the table of the revision that answers is refused', async () => {
    const { deploy, begin } = house();
    await deploy(one(1));
    begin();
    expect(await deploy(one(1, 'another'))).toBe(
      'This would replace the table of track.r1, which answers queries: declare a new revision instead, deploy both, then foldstream rebuild track.',
    );
  });

  it('without a view at all is refused until the manifest says that it is retired', async () => {
    const { deploy, begin, active, retire } = house();
    await deploy(one(1), one(2), one(1, 'other', 'other'));
    begin();
    await deploy(one(1), one(1, 'other', 'other'));
    expect(await deploy(one(1, 'other', 'other'))).toBe(
      "This would remove track, which answers queries: its readers would get 404 at once. Put it back; a view with another name can stand beside it. If nobody reads it any more, say so in the manifest: retired: { 'track': 'why' }. Then deploy again.",
    );
    expect(await active()).toBe(1);
    // A deployment that was refused and undone cannot be gone back to.
    expect(await deploy(one(1, 'other', 'other'))).toContain('would remove track');
    retire('track');
    expect(await deploy(one(1, 'other', 'other'))).toBeUndefined();
  });

  it('without a view that does not answer yet is allowed, and so is undoing one that added a view', async () => {
    const { deploy, begin } = house();
    await deploy(one(1, 'other', 'other'));
    await deploy(one(1), one(1, 'other', 'other'));
    begin();
    // As CloudFormation undoes what failed behind this step.
    expect(await deploy(one(1, 'other', 'other'))).toBeUndefined();
    await deploy(one(1, 'late'), one(1, 'other', 'other'));
    await deploy(one(1, 'late'), one(1, 'other', 'other'), one(2, 'other-2', 'other'));
    expect(await deploy(one(1, 'other', 'other'))).toBeUndefined();
  });

  it('that is settled twice, as when its function is tried again, may still be undone', async () => {
    const { deploy, begin, deploying } = house();
    await deploy(one(1, 'other', 'other'));
    const context = { previous: [one(1, 'other', 'other')], retired: [] };
    await settleDeployment(deploying, [one(1), one(1, 'other', 'other')], context);
    await deploy(one(1), one(1, 'other', 'other'));
    begin();
    expect(await deploy(one(1, 'other', 'other'))).toBeUndefined();
  });

  it('without a retired view is allowed; the view comes back unchanged if its table does, else it starts over', async () => {
    const { deploy, begin, active, phase, retire } = house();
    retire('track');
    await deploy(one(1), one(1, 'other', 'other'));
    begin();
    expect(await deploy(one(1, 'other', 'other'))).toBeUndefined();
    await deploy(one(1), one(1, 'other', 'other'));
    expect([await active(), await phase(1)]).toEqual([1, 'live']);
    await deploy(one(1, 'other', 'other'));
    await deploy(one(1, 'new'), one(1, 'other', 'other'));
    expect([await active(), await phase(1), await active('other')]).toEqual([undefined, 'building', 1]);
  });

  it('takes a revision that comes back with another table for one that is to be built', async () => {
    const { deploy, begin, rebuilt, phase, active } = house();
    await deploy(one(1), one(2));
    begin();
    await rebuilt(2);
    await deploy(one(2));
    await deploy(one(1, 'anew'), one(2));
    expect([await phase(1), await phase(2), await active()]).toEqual(['building', 'live', 2]);
  });

  it('over a control table of an earlier instant starts over with the existing tables, and is not refused', async () => {
    const { deploying, deploy, active, begin, phase } = house();
    await deploy(one(1), one(1, 'other', 'other'));
    begin();
    // Since then the first revision of one view was removed, and the other view came back with a new table.
    const now = [one(2), one(1, 'another', 'other')];
    const settle = (restored: boolean) => settleDeployment(deploying, now, { previous: now, retired: [], restored });
    expect(await settle(false)).toHaveProperty('refused');
    expect(await settle(true)).toEqual({ unbuilt: now, commits: undefined });
    expect([await active(), await active('other'), await phase(2)]).toEqual([undefined, undefined, 'building']);
  });

  it('over a control table of an earlier instant is still refused where it takes away what answers', async () => {
    const { deploying, deploy, begin } = house();
    await deploy(one(1));
    begin();
    expect(await settleDeployment(deploying, [one(2)], { previous: [one(1)], retired: [], restored: true })).toMatchObject({
      refused: expect.stringContaining('remove track.r1'),
    });
  });

  it('takes what was deployed before ids were kept for what is still there', async () => {
    const { deploy, begin, deploying, active, phase } = house();
    await deploy(one(1));
    begin();
    await deploying.deployments.keep({ tables: {} });
    expect(await deploy(one(1), one(2))).toBeUndefined();
    expect([await active(), await phase(1), await phase(2)]).toEqual([1, 'live', 'building']);
  });

  it('notes by which code a revision began to be built, and keeps that when its code changes', async () => {
    const { deploy, deploying } = house(true);
    await deploy({ ...one(1), code: 'a' });
    await deploy({ ...one(1), code: 'b' });
    expect(await deploying.phases.load('track', 1)).toMatchObject({ phase: 'building', code: 'a' });
  });
});

describe('the refusal to take away what answers', () => {
  const answering = async (...revisions: number[]) => {
    const there = house();
    await there.deploy(...revisions.map((revision) => one(revision)));
    there.begin();
    return there;
  };

  it('advises a roll back where the revision before is kept up to date', async () => {
    const { deploy, rebuilt } = await answering(1, 2);
    await rebuilt(2);
    expect(await deploy(one(1))).toBe(
      'This would remove track.r2, which answers queries. track.r1 is kept up to date beside it: foldstream roll-back track --why "..." lets it answer at once. Then remove track.r2.',
    );
    expect(await deploy(one(1), one(2, 'another'))).toBe(
      'This would replace the table of track.r2, which answers queries. track.r1 is kept up to date beside it: foldstream roll-back track --why "..." lets it answer at once. Then deploy this again: track.r2 begins anew.',
    );
  });

  it('advises no roll back to what would come with another table, or was not deployed meanwhile', async () => {
    const { deploy, rebuilt } = await answering(1, 2);
    await rebuilt(2);
    const advice = /track\.r1 is not there yet: deploy it beside track\.r2, then foldstream rebuild track --revision 1 builds it/;
    expect(await deploy(one(1, 'another'))).toMatch(advice);
    expect(await deploy(one(2))).toBeUndefined();
    expect(await deploy(one(1))).toMatch(advice);
  });

  it('names the newest revision that is kept up to date and does not answer', async () => {
    const { deploy, built } = await answering(1, 2, 3, 4);
    await built(2);
    await built(3);
    expect(await deploy(one(2), one(3), one(4))).toBe(
      'This would remove track.r1, which answers queries. track.r3 is built and kept up to date: foldstream rebuild track --revision 3 compares it, and lets it answer. Then remove track.r1.',
    );
  });

  it('advises to build what is not built yet, and to deploy first what is not there', async () => {
    const { deploy } = await answering(1, 2);
    expect(await deploy(one(2))).toBe(
      'This would remove track.r1, which answers queries. track.r2 is not built yet: foldstream rebuild track --revision 2 builds it, and lets it answer. Then remove track.r1.',
    );
    expect(await deploy(one(3))).toBe(
      'This would remove track.r1, which answers queries. track.r3 is not there yet: deploy it beside track.r1, then foldstream rebuild track --revision 3 builds it, and lets it answer. Then remove track.r1.',
    );
  });
});
