import type { Commit } from '../../../core/commit.ts';
import { recordDecider, recordId } from '../../../core/personal/record.ts';
import { streamName } from '../../../core/stream.ts';
import { stateCache } from '../../../engine/command/cache.ts';
import type { Certificate, Erasing } from '../../../engine/operate/erase.ts';
import { defaultSettings } from '../../../engine/settings.ts';
import { memoryKeys } from '../../memory/system.ts';
import { decidingPorts, type Tables } from '../world/commands.ts';
import type { Engine } from '../world/engine.ts';
import { Injected } from '../world/faults.ts';
import { pool } from '../world/pool.ts';
import { distant } from '../world/wire.ts';
import type { World } from '../world/world.ts';
import { keptFor, type SimulatedSubjects } from './subjects.ts';

/** An operator gives up after so many repeats; faults end long before. */
const mostTries = 40;

/** How long an operator waits for an answer, and before a repeat (ms). */
const patience = 1_000;

/** The function that erases, in several instances, and the operators who repeat until they have a certificate. */
export const simulatedErasures = (
  world: World,
  subjects: SimulatedSubjects,
  { engine, ...tables }: Tables & Readonly<{ engine: Engine }>,
) => {
  const certificates = new Map<string, Certificate>();
  const erasers = pool(
    world,
    'erase',
    (instance): Erasing => ({
      keys: distant(world, instance, 'keys', subjects.erasing),
      opening: distant(world, instance, 'keys', subjects.erasing),
      recording: {
        ...decidingPorts(world, instance, 'subject', tables),
        settings: defaultSettings,
        cache: stateCache(0),
        decider: recordDecider,
      },
      keptSeconds: keptFor / 1_000,
    }),
  );

  /** Whoever holds a certificate may tell the person that it is done. */
  const certified = async (certificate: Certificate): Promise<void> => {
    const { subject, erased } = certificate;
    const first = certificates.get(subject) ?? certificate;
    certificates.set(subject, first);
    if (JSON.stringify(first) !== JSON.stringify(certificate)) world.broken(`${subject} has two certificates that differ`);
    if ((await subjects.keys.existing(subject)) !== 'erased')
      world.broken(`${subject} has a certificate of ${erased.at}, and still has keys`);
    if (Date.parse(certificate.lastKeyGone) < Date.parse(erased.at) + keptFor)
      world.broken(`the certificate of ${subject} names a time at which warm functions may have its keys`);
  };

  const erase = async (subject: string, n: number): Promise<void> => {
    world.note('operator', () => `erases ${subject}`);
    world.count('erasures');
    for (let turn = 0; turn < mostTries; turn += 1) {
      const asked = {
        subject,
        why: 'asked for',
        actor: { id: 'olga' },
        requestId: `erase-${n}-${turn}`,
        correlation: `erase-${n}`,
      };
      try {
        const answer = await Promise.race([
          erasers.invoke((erasing) => engine.eraseSubject(erasing, asked)),
          world.time.sleep(patience).then(() => undefined),
        ]);
        if (answer) return await certified(answer);
      } catch (cause) {
        if (!(cause instanceof Injected)) world.broken(`the erasure of ${subject}: ${String(cause)}`);
      }
      await world.time.sleep(patience);
    }
    world.broken(`the erasure of ${subject} is not answered`);
  };

  return {
    begin: (): void => {
      for (const [n, { at, subject }] of subjects.plan.erasures.entries()) world.time.after(at, () => void erase(subject, n));
    },
    /** Each erasure is recorded once, as its certificate says. */
    fault: (commitsOf: (stream: string) => readonly Commit[]): string | undefined => {
      for (const { subject, erased } of certificates.values()) {
        const events = commitsOf(streamName(recordDecider.category, recordId(subject, memoryKeys().hash))).flatMap(
          (commit) => commit.events,
        );
        const told = JSON.stringify(events.map(({ data }) => data));
        if (told !== JSON.stringify([{ subject, ...erased }])) return `the erasure of ${subject} is recorded as ${told}`;
      }
      return undefined;
    },
  };
};
