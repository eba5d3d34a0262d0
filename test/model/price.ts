import { bill, type Usage } from '../../lib/engine/cost/prices.ts';
import { eventBridge } from '../../lib/engine/limits.ts';
import { assumed } from './assumptions.ts';
import type { Figures } from './deployment.ts';
import { type Mix, mean } from './mix.ts';
import type { CommandProfile, Profile } from './profile.ts';

const gigabyte = 2 ** 30;
/** Of a function: lib/infra/kit/step.ts. */
const functionGigabytes = 1;

const unitsOf = (kind: 'writeUnits' | 'readUnits') => (profiled: CommandProfile) =>
  profiled.command[kind] + Object.values(profiled.consumers).reduce((sum, { commits, full }) => sum + commits * full[kind], 0);

/** The write units of each command of a mix, end to end. */
export const writeUnitsOf = (profile: Profile, mix: Mix): number => mean(profile, mix, unitsOf('writeUnits'));

/** What a load has used, all commands together; of calls there are as many as it took. */
const usageOf = (
  profile: Profile,
  mix: Mix,
  { commands, calls, functionSeconds }: Pick<Figures, 'commands' | 'calls' | 'functionSeconds'>,
): Usage => {
  const each = (of: (command: CommandProfile) => number) => commands * mean(profile, mix, of);
  const events = each(({ published, publishedBytes }) => Math.max(published, publishedBytes / eventBridge.paid.bytes));
  const publishing = events / eventBridge.callEntries;
  return {
    writeUnits: each(unitsOf('writeUnits')),
    readUnits: each(unitsOf('readUnits')),
    invocations: calls + publishing,
    functionGigabyteSeconds:
      functionGigabytes * (functionSeconds + (publishing * (assumed.putEvents + assumed.overhead)) / 1_000),
    busEvents: events,
    // A message is sent once, and received and deleted with its batch.
    queueRequests: each(({ matched }) => matched) + 2 * (calls - commands),
    apiRequests: commands,
    logGigabytes: (calls * assumed.logBytes) / gigabyte,
  };
};

/** US dollars for a million commands. */
export const perMillion = (profile: Profile, mix: Mix, figures: Figures): number =>
  (bill(usageOf(profile, mix, figures)).total / figures.commands) * 1e6;
