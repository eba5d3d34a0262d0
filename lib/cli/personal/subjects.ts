import { randomUUID } from 'node:crypto';
import { openingKeys, operatedKeys } from '../../aws/personal/subject-keys.ts';
import { commitStore } from '../../aws/store/commit-store.ts';
import { systemClock, systemKeys } from '../../aws/system.ts';
import { recordDecider } from '../../core/personal/record.ts';
import { stateCache } from '../../engine/command/cache.ts';
import { type Certificate, type Erasing, eraseSubject } from '../../engine/operate/erase.ts';
import { withoutSnapshots } from '../loading.ts';
import { asker } from '../rebuild/connect.ts';
import { connect, type Target } from '../stack.ts';
import { subjectsKeys } from '../subjects-keys.ts';
import type { Print } from '../terminal/lines.ts';
import { UserError } from '../terminal/user-error.ts';
import { printedLog } from '../texts.ts';

type Asked = Pick<Target, 'stack'> & Readonly<{ subject: string; why: string }>;

/** The ports for erasing, as the caller's own AWS user. */
const erasingOn = async (stack: string | undefined, print: Print): Promise<Erasing> => {
  const connected = await connect(stack);
  const { outputs, client, commits, control } = connected;
  const keys = subjectsKeys(connected, stack);
  if (!keys)
    throw new UserError(
      'The deployment has no keys of subjects.',
      'It gets them with the first event that has a personal() value: deploy such a release first.',
    );
  return {
    keys: operatedKeys(keys),
    opening: openingKeys(keys),
    recording: {
      ...withoutSnapshots,
      store: commitStore(client, commits),
      keys: systemKeys(client, control),
      clock: systemClock,
      log: printedLog(print),
      cache: stateCache(0),
      decider: recordDecider,
    },
    keptSeconds: Number(outputs.KeySeconds),
  };
};

/** A certificate as lines for a person. */
const certificateLines = ({ subject, erased: { at, by, why }, record, lastKeyGone }: Certificate): readonly string[] => [
  `${subject} was erased at ${at} by ${by}: ${why}`,
  `  recorded in ${record}`,
  `  no function has a key of ${subject} any more after ${lastKeyGone}; readers see { "erased": true }`,
];

/** `foldstream subjects erase <subject> --why "..."`. */
export const eraseVerb = async ({ stack, subject, why }: Asked, print: Print): Promise<void> => {
  const correlation = randomUUID();
  const request = { subject, why, actor: { id: asker() }, requestId: correlation, correlation };
  for (const line of certificateLines(await eraseSubject(await erasingOn(stack, print), request))) print(line);
};
