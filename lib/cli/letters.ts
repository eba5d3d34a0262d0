import { randomUUID } from 'node:crypto';
import { letterBoxes } from '../aws/delivery/letter-boxes.ts';
import { sqs } from '../aws/delivery/queue.ts';
import { operatorActs } from '../aws/operate/acts.ts';
import { systemClock } from '../aws/system.ts';
import { activeRevisions } from '../aws/view/revisions.ts';
import { announcerName } from '../core/announcer.ts';
import { revisionKey } from '../core/deployed-names.ts';
import type { Manifest } from '../core/manifest.ts';
import { type Box, type LetterOperating, namesOf, type Redriven, redriveLetters } from '../engine/operate/letters/letters.ts';
import { asker } from './asker.ts';
import { deployedEffects, deployedProcesses, deployedProjections, deployedSchedules } from './deployed.ts';
import { reasonFor } from './reason.ts';
import { type Connected, connect, type Target } from './stack.ts';
import { count, type Print } from './terminal/lines.ts';
import { UserError } from './terminal/user-error.ts';
import { printedLog } from './texts.ts';

/** The ports for operating the dead letters of a deployment. */
export const lettersIn = (manifest: Manifest, connection: Connected, print: Print): LetterOperating => ({
  boxes: letterBoxes(sqs(), manifest, {
    views: deployedProjections(manifest, connection),
    processes: deployedProcesses(manifest, connection),
    effects: deployedEffects(manifest, connection),
    schedules: deployedSchedules(manifest, connection),
  }),
  acts: operatorActs(connection.client, connection.control),
  clock: systemClock,
  log: printedLog(print),
});

/** A consumer as somebody names it: a view without a revision is the one that answers. */
export type Named = Pick<Box, 'kind' | 'name'> & Readonly<{ revision?: number }>;

const wholeName = async ({ boxes }: LetterOperating, connection: Connected, { kind, name, revision }: Named): Promise<string> => {
  if (kind !== 'view' || /\.r\d+$/.test(name)) return name;
  if (revision !== undefined) return revisionKey({ name, revision });
  if (name === announcerName) return revisionKey({ name, revision: 1 });
  const active = await activeRevisions(connection.client, connection.control).load(name);
  const first = namesOf(boxes, kind)
    .filter((each) => each.startsWith(`${name}.r`))
    .toSorted()[0];
  return active ? revisionKey({ name, revision: active.revision }) : (first ?? name);
};

/** The consumer that somebody names, among those that are deployed. */
export const boxNamed = async (operating: LetterOperating, connection: Connected, named: Named): Promise<Box> => {
  const name = await wholeName(operating, connection, named);
  const { kind } = named;
  const isIt = (box: Box) => (box.kind === kind && box.name === name) || (kind === 'view' && box.views?.includes(name));
  const box = operating.boxes.find(isIt);
  if (box) return box;
  const names = namesOf(operating.boxes, kind);
  throw new UserError(`The ${kind} ${name} is not deployed.`, names.length > 0 ? `It is one of: ${names.join(', ')}.` : '');
};

type Asked = Target & Readonly<{ why?: string }>;

/** Puts dead letters back into a consumer's queue, until none is left: what it gave up on, and what its rules could not deliver. */
export const redriveOn = async ({ manifest, stack, why: given }: Asked, named: Named, print: Print): Promise<void> => {
  const connection = await connect(stack);
  const operating = lettersIn(manifest, connection, () => undefined);
  const { kind, name } = await boxNamed(operating, connection, named);
  const why = await reasonFor(connection.outputs, given);
  const asked = { kind, name, by: asker(), correlation: randomUUID(), ...(why !== undefined && { why }) };
  let [moved, last] = [0, undefined as Redriven | undefined];
  while (!last?.isEmpty) {
    last = await redriveLetters(operating, asked);
    moved += last.moved;
    if (!last.isEmpty) print(`${count(moved, 'dead letter')} put back so far; about ${last.left} to go.`);
  }
  print(`${count(moved, 'dead letter')} put back into the queue of ${kind === 'group' ? `the group ${name}` : name}.`);
};
