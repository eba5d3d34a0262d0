import { systemHash } from '../../../lib/aws/system.ts';
import type { Commit } from '../../../lib/core/commit.ts';
import type { AnyDecider } from '../../../lib/core/decider.ts';
import type { Message } from '../../../lib/core/message.ts';
import { stateCache } from '../../../lib/engine/command/cache.ts';
import { handleCommand } from '../../../lib/engine/command/handle.ts';
import type { Commanding } from '../../../lib/engine/command/request.ts';
import { defaultSettings } from '../../../lib/engine/settings.ts';
import { memorySnapshots } from '../../../lib/testing/memory/snapshots.ts';
import { memoryStore } from '../../../lib/testing/memory/store.ts';
import { memoryClock, memoryKeys, memoryLog } from '../../../lib/testing/memory/system.ts';

type Seeded = Readonly<{ stream: string; commands: readonly Message[] }>;

/** The commits that these commands make, by the engine's own code over a store in memory: whole, numbered, and chained by their hashes. */
export const commitsOf = async (decider: AnyDecider, actor: string, streams: Iterable<Seeded>): Promise<readonly Commit[]> => {
  const store = memoryStore();
  const commanding: Commanding = {
    decider,
    code: 'seeding',
    settings: defaultSettings,
    store,
    snapshots: memorySnapshots(),
    clock: memoryClock(),
    keys: { ...memoryKeys(), hash: systemHash },
    log: memoryLog(),
    cache: stateCache(defaultSettings.cacheBytes),
  };
  let made = 0;
  for (const { stream, commands } of streams)
    for (const command of commands) {
      made += 1;
      const answer = await handleCommand(commanding, {
        stream,
        command,
        actor: { id: actor, kind: 'user', roles: [] },
        id: `request/seed-${made}`,
        meta: { correlation: 'seed', causation: `seed-${made}` },
      });
      if (answer.outcome !== 'committed') throw new Error(`Seeding ${stream}: ${JSON.stringify(answer)}`);
    }
  return store.stored();
};
