import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { revisionTables } from '../../aws/deployment/deployments.ts';
import { hpkeBox } from '../../aws/personal/box.ts';
import { openingKeys, operatedKeys } from '../../aws/personal/subject-keys.ts';
import { rebuildRecords } from '../../aws/rebuild/records.ts';
import { commitStore } from '../../aws/store/commit-store.ts';
import { systemClock, systemKeys } from '../../aws/system.ts';
import { activeRevisions } from '../../aws/view/revisions.ts';
import { holdersIn } from '../../core/personal/holders.ts';
import { recordDecider } from '../../core/personal/record.ts';
import { isRegister } from '../../core/personal/register.ts';
import { stateCache } from '../../engine/command/cache.ts';
import { type Certificate, eraseSubject } from '../../engine/operate/erase.ts';
import { type ExportedValue, exportSubject } from '../../engine/operate/export-subject.ts';
import type { Holds } from '../../engine/operate/held.ts';
import { cachedOpening } from '../../engine/personal/cached.ts';
import { progressOf } from '../../engine/rebuild/operator/report.ts';
import { asker } from '../asker.ts';
import { deployedProjections } from '../deployed.ts';
import { withoutSnapshots } from '../loading.ts';
import { connect, type Target } from '../stack.ts';
import { subjectsKeys } from '../subjects-keys.ts';
import { count, type Print } from '../terminal/lines.ts';
import { UserError } from '../terminal/user-error.ts';
import { printedLog } from '../texts.ts';

type Of = Target & Readonly<{ subject: string }>;
type Asked = Of & Readonly<{ why: string }>;

/** The keys of a deployment's subjects, and the ports for what is done to their data, as the caller's own AWS user. */
export const subjectsOn = async ({ stack, manifest }: Target, print: Print) => {
  const connection = await connect(stack);
  const { outputs, client, commits, control } = connection;
  const keys = subjectsKeys(connection, stack);
  if (!keys)
    throw new UserError(
      'The deployment has no keys of subjects.',
      'It gets them with the first event that has a personal() value: deploy such a release first.',
    );
  const store = commitStore(client, commits);
  const register = {
    deployed: deployedProjections(manifest, connection)
      .filter(({ projection }) => isRegister(projection))
      .map(({ projection, view }) => ({ projection, reader: view, clock: systemClock })),
    active: activeRevisions(client, control).load,
    built: progressOf(rebuildRecords(client, control)),
    tableOf: revisionTables(client, control, systemClock),
  };
  return {
    keys: operatedKeys(keys),
    opening: openingKeys(keys),
    store,
    recording: {
      ...withoutSnapshots,
      store,
      keys: systemKeys(client, control),
      clock: systemClock,
      log: printedLog(print),
      cache: stateCache(0),
      decider: recordDecider,
    },
    held: { register, holders: holdersIn(manifest) },
    keptSeconds: Number(outputs.KeySeconds),
    callSeconds: Number(outputs.CallSeconds),
  };
};

const requestOf = ({ subject, why }: Asked) => {
  const correlation = randomUUID();
  return { subject, why, actor: { id: asker() }, requestId: correlation, correlation };
};

const holdsLine = ({ asOf, streams, categories = {}, more, unknown, views, processes }: Holds): string => {
  const which = Object.entries(categories).map(([category, n]) => `${n} of ${category}`);
  const held = `${more ? 'more than ' : ''}${count(streams ?? 0, 'stream')}${which.length > 0 ? ` (${which.join(', ')})` : ''}`;
  const copies = [...views, ...processes];
  const also = copies.length > 0 ? `; copies may be in ${copies.join(', ')}` : '';
  return streams === undefined
    ? `  which streams hold values is not known: ${unknown}${also}`
    : `  values were held in ${held}, as the register knew at ${asOf}${also}`;
};

/** A certificate as lines for a person. */
const certificateLines = ({ subject, erased, record, lastKeyGone, holds }: Certificate): readonly string[] => [
  `${subject} was erased at ${erased.at} by ${erased.by}: ${erased.why}`,
  `  recorded in ${record}`,
  ...(holds ? [holdsLine(holds)] : []),
  `  no function has a key of ${subject} any more after ${lastKeyGone}; readers see { "erased": true }`,
];

/** `foldstream subjects erase <subject> --why "..."`. */
export const eraseVerb = async (asked: Asked, print: Print): Promise<void> => {
  const erasing = await subjectsOn(asked, print);
  for (const line of certificateLines(await eraseSubject(erasing, requestOf(asked)))) print(line);
};

const valuesPerPage = 1_000;

/** `foldstream subjects export <subject> --why "..."`: prints all pages as one JSON document, or writes it to a file. */
export const exportVerb = async ({ out, ...asked }: Asked & Readonly<{ out?: string }>, print: Print): Promise<void> => {
  const { store, recording, opening, held, keptSeconds } = await subjectsOn(asked, print);
  const kept = cachedOpening(opening, { clock: systemClock, milliseconds: keptSeconds * 1_000 });
  const exporting = { ...held, store, recording, opening: { keys: kept, box: hpkeBox() } };
  const request = { ...requestOf(asked), limit: valuesPerPage };
  const values: ExportedValue[] = [];
  let page = await exportSubject(exporting, request);
  values.push(...page.values);
  while (page.cursor !== undefined) {
    page = await exportSubject(exporting, { ...request, cursor: page.cursor });
    values.push(...page.values);
  }
  const { cursor: _, ...whole } = page;
  const text = JSON.stringify({ ...whole, values }, null, 2);
  if (out === undefined) return print(text);
  writeFileSync(out, `${text}\n`, { mode: 0o600 });
  print(`${count(values.length, 'value')} of ${asked.subject} are in ${out}; recorded in ${whole.record}.`);
};

/** `foldstream subjects rotate <subject>`. */
export const rotateVerb = async ({ subject, ...target }: Of, print: Print): Promise<void> => {
  const { keys, keptSeconds } = await subjectsOn(target, print);
  const version = await keys.rotate(subject);
  if (version === 'erased') throw new UserError(`${subject} was erased.`, 'An erased subject never gets keys again.');
  if (version === undefined)
    throw new UserError(`${subject} has no keys.`, 'A subject gets them with the first command that has a value of it.');
  print(`New values of ${subject} are sealed under version ${version} of its keys: within ${keptSeconds} s, in every function.`);
  print('Older values stay under their versions, and readable.');
};
