import { randomUUID } from 'node:crypto';
import { sqs } from '../../aws/delivery/queue.ts';
import { redrive } from '../../aws/delivery/redrive.ts';
import { dynamo } from '../../aws/dynamo.ts';
import { cloudWatchAges } from '../../aws/operate/ages.ts';
import { systemClock } from '../../aws/system.ts';
import { activeRevisions } from '../../aws/view/revisions.ts';
import { type Operating, orderResume, type ProjectionsReport, reportProjections } from '../../engine/operate/projections.ts';
import { type Target, targetOutputs } from '../stack.ts';
import type { Print } from '../terminal/lines.ts';
import { UserError } from '../terminal/user-error.ts';
import { type Deployed, deployedProjections } from './deployed.ts';

type One = Target & Readonly<{ view: string; revision?: number }>;

const operatingOn = async (
  { manifest, stack }: Target,
  print: Print,
): Promise<Omit<Operating, 'views'> & Readonly<{ views: readonly Deployed[] }>> => {
  const outputs = await targetOutputs(stack);
  const warn = (message: string) => print(message);
  return {
    views: deployedProjections(manifest, outputs),
    actives: activeRevisions(dynamo(), outputs.ControlTable ?? ''),
    ages: cloudWatchAges(outputs.PublishFunction ?? '', systemClock),
    log: { info: () => {}, warn, error: warn },
  };
};

const seconds = (age: number | undefined) => (age === undefined ? 'age not measured' : `oldest ${Math.round(age)} s`);

/** A report as lines for a person. */
export const reportLines = ({ projections, publisher }: ProjectionsReport): readonly string[] => [
  ...projections.flatMap(({ name, revision, active, parked, moreParked, lag }) => {
    const { waiting, inFlight, deadLetters, oldestSeconds } = lag;
    return [
      `${name}.r${revision}${active ? '' : ' (not answering)'}: ${waiting} waiting, ${inFlight} in work, ${seconds(oldestSeconds)}, ${deadLetters} dead letters, ${parked.length}${moreParked ? ' and more' : ''} parked`,
      ...parked.map(({ stream, commit, reason, since }) => `  ${stream} at commit ${commit} since ${since}: ${reason}`),
    ];
  }),
  `publisher: ${publisher.behindSeconds === undefined ? 'age not measured' : `${Math.round(publisher.behindSeconds)} s behind`}`,
];

/** `foldstream projections`: lists each view's backlog and parked streams. */
export const listProjections = async (target: Target, print: Print): Promise<void> => {
  for (const line of reportLines(await reportProjections(await operatingOn(target, print)))) print(line);
};

/** `foldstream projections resume <name> <stream>`. */
export const resumeProjection = async (
  { view, stream, revision, ...target }: One & { stream: string },
  print: Print,
): Promise<void> => {
  const operating = await operatingOn(target, print);
  const correlation = randomUUID();
  const asked = { name: view, stream, correlation, ...(revision !== undefined && { revision }) };
  const ordered = await orderResume(operating, asked);
  print(`${stream} is resumed in ${view}.r${ordered.revision}, at commit ${ordered.commit} (correlation ${correlation}).`);
};

/** `foldstream projections redrive <name>`: sends dead letters back, of the queue and of its rule. */
export const redriveProjection = async ({ view: name, revision, ...target }: One, print: Print): Promise<void> => {
  const { views, actives } = await operatingOn(target, print);
  const wanted = revision ?? (await actives.load(name))?.revision;
  const candidates = views.filter(({ projection }) => projection.name === name);
  const view = candidates
    .toSorted((a, b) => a.projection.revision - b.projection.revision)
    .find(({ projection }) => wanted === undefined || projection.revision === wanted);
  if (!view) throw new UserError(`${name}${revision === undefined ? '' : `.r${revision}`} is not deployed.`);
  const client = sqs();
  let moved = 0;
  for (const letters of view.letters) moved += await redrive(client, letters, view.queueUrl);
  print(`${moved} letters are back in the queue of ${name}.r${view.projection.revision}.`);
};
