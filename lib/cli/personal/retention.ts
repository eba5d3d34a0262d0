import { registerOn } from '../../aws/functions/timed/register.ts';
import { sealingKeys } from '../../aws/personal/subject-keys.ts';
import type { Manifest } from '../../core/manifest.ts';
import { type Retentions, retentionsOf } from '../../core/personal/retention.ts';
import type { AnyProjection } from '../../core/projection.ts';
import { pascal } from '../../core/stream.ts';
import { nowOf } from '../../engine/instant.ts';
import { type Planned, planRetention } from '../../engine/operate/retention/list.ts';
import { retentionLimits, runRetention } from '../../engine/operate/retention/run.ts';
import type { Retaining } from '../../engine/operate/retention/subject.ts';
import { connect, type Target } from '../stack.ts';
import { subjectsKeys } from '../subjects-keys.ts';
import { count, type Print } from '../terminal/lines.ts';
import { UserError } from '../terminal/user-error.ts';
import { printedLog } from '../texts.ts';
import { subjectsOn } from './subjects.ts';

type Asked = Target & Readonly<{ dryRun?: boolean }>;

const declaredIn = (manifest: Manifest): Retentions => {
  const retentions = retentionsOf(manifest);
  if (Object.keys(retentions).length === 0)
    throw new UserError(
      'The manifest declares no retention.',
      "Declare it on a decider: retention: { endedBy: ['CustomerLeft'], keep: { years: 10 } }.",
    );
  return retentions;
};

/** The ports of retention, as the caller's own AWS user. */
const retainingOn = async (target: Target, print: Print): Promise<Retaining> => {
  const { manifest, stack } = target;
  const retentions = declaredIn(manifest);
  const erasing = await subjectsOn(target, print);
  const connected = await connect(stack);
  const { client, control, outputs } = connected;
  const tableOf = ({ name, revision }: AnyProjection): string => {
    const table = outputs[`${pascal(name)}R${revision}Table`];
    if (table !== undefined) return table;
    throw new UserError(`The deployment has no view ${name}, revision ${revision}.`, 'Deploy this release first.');
  };
  return {
    retentions,
    register: registerOn(client, control, { manifest, tableOf }),
    store: erasing.store,
    // Subjects have keys, or there would be nothing to erase with.
    keys: sealingKeys(subjectsKeys(connected, stack)!),
    erasing,
  };
};

const plannedLine = ({ subject, due, why }: Planned, now: string): string =>
  due === undefined
    ? `${subject}: ${why}`
    : `${subject}: ${due <= now ? 'is erased by the next run' : `is erased from ${due} on`} (${why})`;

/** `foldstream subjects retention`, which erases now, and `--dry-run`, which lists. */
export const retentionVerb = async ({ dryRun = false, ...target }: Asked, print: Print): Promise<void> => {
  const retaining = await retainingOn(target, print);
  if (!dryRun) {
    const places = { load: async () => undefined, save: async () => {} };
    const limits = { ...retentionLimits, milliseconds: Number.POSITIVE_INFINITY };
    const { erased, failed } = await runRetention({ ...retaining, places, limits, log: printedLog(print) });
    print(`${count(erased, 'subject')} erased.`);
    if (failed > 0)
      throw new UserError(
        `${count(failed, 'subject')} could not be dealt with.`,
        'The lines above say why. Repeat it: what is erased stays so.',
      );
    return;
  }
  const now = nowOf(retaining.erasing.recording.clock);
  let [all, due] = [0, 0];
  for await (const planned of planRetention(retaining)) {
    print(plannedLine(planned, now));
    all += 1;
    if (planned.due !== undefined && planned.due <= now) due += 1;
  }
  print(`${count(all, 'subject')} with a stream that has ended, ${due} of them due. Nobody was erased.`);
};
