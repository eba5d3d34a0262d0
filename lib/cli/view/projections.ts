import { randomUUID } from 'node:crypto';
import { operatorActs } from '../../aws/operate/acts.ts';
import { cloudWatchAges } from '../../aws/operate/ages.ts';
import { systemClock } from '../../aws/system.ts';
import { activeRevisions } from '../../aws/view/revisions.ts';
import { orderResume, type ProjectionsReport, reportProjections } from '../../engine/operate/projections.ts';
import { asker } from '../asker.ts';
import { deployedProjections } from '../deployed.ts';
import { redriveOn } from '../letters.ts';
import { reasonFor } from '../reason.ts';
import { connect, type Target } from '../stack.ts';
import type { Print } from '../terminal/lines.ts';
import { lagText, printedLog } from '../texts.ts';

type One = Target & Readonly<{ view: string; revision?: number }>;

const operatingOn = async ({ manifest, stack }: Target, print: Print) => {
  const connection = await connect(stack);
  return {
    views: deployedProjections(manifest, connection),
    actives: activeRevisions(connection.client, connection.control),
    ages: cloudWatchAges(connection.outputs.PublishFunction ?? '', systemClock),
    acts: operatorActs(connection.client, connection.control),
    clock: systemClock,
    outputs: connection.outputs,
    log: printedLog(print),
  };
};

/** A report as lines for a person. */
export const reportLines = ({ projections, publisher }: ProjectionsReport): readonly string[] => [
  ...projections.flatMap(({ name, revision, active, parked, moreParked, lag }) => [
    `${name}.r${revision}${active ? '' : ' (not answering)'}: ${lagText(lag)}, ${parked.length}${moreParked ? ' and more' : ''} parked`,
    ...parked.map(({ stream, commit, reason, since }) => `  ${stream} at commit ${commit} since ${since}: ${reason}`),
  ]),
  `publisher: ${publisher.behindSeconds === undefined ? 'age not measured' : `${Math.round(publisher.behindSeconds)} s behind`}`,
];

/** `foldstream projections`: lists each view's backlog and parked streams. */
export const listProjections = async (target: Target, print: Print): Promise<void> => {
  for (const line of reportLines(await reportProjections(await operatingOn(target, print)))) print(line);
};

/** `foldstream projections resume <name> <stream>`. */
export const resumeProjection = async (
  { view, stream, revision, why: given, ...target }: One & { stream: string; why?: string },
  print: Print,
): Promise<void> => {
  const operating = await operatingOn(target, print);
  const correlation = randomUUID();
  const why = await reasonFor(operating.outputs, given);
  const named = { name: view, stream, ...(revision !== undefined && { revision }) };
  const asked = { ...named, correlation, by: asker(), ...(why !== undefined && { why }) };
  const ordered = await orderResume(operating, asked);
  print(`${stream} is resumed in ${view}.r${ordered.revision}, at commit ${ordered.commit} (correlation ${correlation}).`);
};

/** `foldstream projections redrive <name>`: sends dead letters back, of the queue and of its rule. */
export const redriveProjection = (
  { view: name, revision, ...target }: One & Readonly<{ why?: string }>,
  print: Print,
): Promise<void> => redriveOn(target, { kind: 'view', name, ...(revision !== undefined && { revision }) }, print);
