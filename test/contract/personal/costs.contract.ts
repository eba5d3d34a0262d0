import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { hpkeBox } from '../../../lib/aws/personal/box.ts';
import { root } from '../../../lib/cli/local/deployment.ts';
import { storedEvents } from '../../../lib/core/commit.ts';
import type { AnyDecider } from '../../../lib/core/decider.ts';
import { stateCache } from '../../../lib/engine/command/cache.ts';
import { handleCommand } from '../../../lib/engine/command/handle.ts';
import type { Commanding } from '../../../lib/engine/command/request.ts';
import { cachedOpening, cachedSealing } from '../../../lib/engine/personal/cached.ts';
import { opened } from '../../../lib/engine/personal/open.ts';
import type { OpeningKeys, SealingKeys } from '../../../lib/engine/personal/ports.ts';
import { defaultSettings } from '../../../lib/engine/settings.ts';
import { memoryClock, memoryKeys, memoryLog } from '../../../lib/testing/memory/system.ts';
import { letter } from '../../support/apps/customer/letter.ts';
import { ada } from '../../support/examples/commanding.ts';
import { records } from '../../support/store/ledger.ts';
import type { Cost } from '../../support/store/meter.ts';

/** Ports whose requests are counted: to the tables of commits and snapshots, to the keys table, and to KMS. */
export type PersonalMetered = Readonly<{
  ports: Pick<Commanding, 'store' | 'snapshots'>;
  sealing: SealingKeys;
  opening: OpeningKeys;
  take: () => Readonly<{ tables: Cost; keys: Cost; kms: number }>;
}>;

const guide = readFileSync(join(root, 'docs/guides/costs.md'), 'utf8').split('\n');
const keptSeconds = 60;

/** What personal values cost more, as docs/guides/costs.md has it. */
export const personalCostsContract = (name: string, make: () => Promise<PersonalMetered>) =>
  describe(`costs of personal values: ${name}`, () => {
    let lab: PersonalMetered;
    const clock = memoryClock(Date.now());
    const aging = { clock, milliseconds: keptSeconds * 1_000 };
    const box = hpkeBox();
    beforeEach(async () => {
      lab = await make();
    });

    const coldFunction = (): Commanding => ({
      ...lab.ports,
      decider: letter as unknown as AnyDecider,
      ...{ code: 'costs-1', settings: defaultSettings, cache: stateCache(defaultSettings.cacheBytes) },
      ...{ keys: memoryKeys(), clock, log: memoryLog() },
      personal: { keys: cachedSealing(lab.sealing, aging), box },
    });
    const author = randomUUID().slice(0, 13);
    const writes = async (on: Commanding, to: string) => {
      const command = { type: 'Write', data: { to, text: 'Come on Tuesday.', from: 'Ada' } };
      expect(await handleCommand(on, records(`letter-${author}`, [], { command, actor: ada }))).toMatchObject({
        outcome: 'committed',
      });
    };
    /** The line of the guide's table, which must be there. */
    const lineOf = (what: string, { tables, keys, kms }: ReturnType<PersonalMetered['take']>) => {
      const line = `| ${[what, tables.requests, keys.requests, keys.readUnits, keys.writeUnits, kms].join(' | ')} |`;
      expect.soft(guide.filter((each) => each.startsWith(`| ${what} |`))).toEqual([line]);
    };

    it('a command of a warm function asks neither the keys table nor KMS, and takes as many requests as any other', async () => {
      const on = coldFunction();
      const [person, another] = [randomUUID(), randomUUID()];
      await writes(on, person);
      lab.take();
      await writes(on, person);
      const warm = lab.take();
      expect(warm.tables).toMatchObject({ requests: 1, writes: 1, writeUnits: 1 });
      lineOf('command, warm', warm);
      await writes(on, another);
      lineOf('command for a new person, warm', lab.take());
      clock.set(clock.now() + keptSeconds * 1_000);
      await writes(on, person);
      lineOf('command, warm, each minute a person', lab.take());
      const cold = coldFunction();
      await writes(cold, person);
      lineOf('command, cold', lab.take());
    });

    it('an answer reads and unwraps the key of each person once in a minute', async () => {
      const on = coldFunction();
      const person = randomUUID();
      await writes(on, person);
      const { commits } = await lab.ports.store.read(`letter-${author}`, { from: 1 });
      const data = commits
        .flatMap(storedEvents)
        .map((event) => event.data)
        .filter((each) => JSON.stringify(each).includes(person));
      const answering = { keys: cachedOpening(lab.opening, aging), box };
      lab.take();
      expect(JSON.stringify(await opened(answering, data))).toContain('Tuesday');
      lineOf('opening the values of a person in an answer, cold', lab.take());
      await opened(answering, data);
      lineOf('the same, warm', lab.take());
    });
  });
