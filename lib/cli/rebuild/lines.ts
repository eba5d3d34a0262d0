import type { Estimate } from '../../engine/rebuild/operator/estimate.ts';
import type { RebuildReport } from '../../engine/rebuild/operator/report.ts';
import { type Difference, isOver, type Rebuild, type RebuildRecord, type RollBack } from '../../engine/rebuild/ports.ts';
import { count } from '../terminal/lines.ts';

/** True if the rebuild succeeded and found no differences. */
export const isGood = ({ state, found = 0 }: Pick<Rebuild, 'state' | 'found'>): boolean =>
  state === 'switched' || state === 'replayed' || (state === 'audited' && found === 0);

const nameOf = ({ projection, revision }: Pick<Rebuild, 'projection' | 'revision'>) => `${projection}.r${revision}`;

/** One difference as a line: where, and what. */
const differenceLine = ({ stream, row, detail }: Difference): string =>
  `  ${[stream, row === undefined ? undefined : `row ${row}`].filter((part) => part !== undefined).join(', ')}: ${detail}`;

/** The listed differences. */
const differenceLines = ({ differences = [], found = 0 }: Pick<Rebuild, 'differences' | 'found'>): readonly string[] => [
  ...differences.map(differenceLine),
  ...(found > differences.length ? [`  and ${found - differences.length} more`] : []),
];

const outcome = (rebuild: Rebuild): string => {
  const { state, found = 0, ordered = 0, reason, from } = rebuild;
  const name = nameOf(rebuild);
  if (state === 'switched')
    return `${name} is live now${from === undefined ? '' : `; foldstream roll-back ${rebuild.projection} makes r${from} live again`}.`;
  if (state === 'replayed') return `${name}: every stream was folded again.`;
  if (state === 'audited' && found === 0)
    return ordered > 0
      ? `${name}: ${count(ordered, 'refold')} requested, and no difference is left.`
      : `${name} is right: it is what a fold of its commits gives.`;
  if (state === 'audited') return `${name}: ${count(found, 'difference')}${ordered > 0 ? ' left after the repair' : ''}.`;
  return `${name}: ${state}. ${reason ?? ''}`.trim();
};

/** A roll back as text. */
const wayOf = ({ projection, from, revision }: RollBack) => `roll back of ${projection} from r${from} to r${revision}`;

/** The result of a rebuild, or its progress. */
export const reportLines = (report: RebuildReport | RollBack): readonly string[] => {
  if (report.kind === 'roll-back')
    return [`${report.id}: ${wayOf(report)}`, `  asked by ${report.by} at ${report.startedAt}: ${report.why}`];
  const { id, kind, state, by, why, startedAt, endedAt, progress } = report;
  const { commits, aboutCommits, streams, dirty, drained, segments, readUnits, writeUnits } = progress;
  const units = `${count(Math.round(readUnits), 'read unit')}, ${count(Math.round(writeUnits), 'write unit')}`;
  return [
    `${id}: ${kind} of ${nameOf(report)}, ${state}${endedAt === undefined ? '' : ` at ${endedAt}`}`,
    `  asked by ${by} at ${startedAt}${why === '' ? '' : `: ${why}`}`,
    `  ${count(commits, 'commit')} of about ${aboutCommits.toLocaleString('en-GB')}, ${count(streams, 'stream')}, ${drained} of ${dirty} noted streams drained, ${segments.done} of ${segments.of} segments, ${units}`,
    ...(isOver(report) ? [`  ${outcome(report)}`] : []),
    ...differenceLines(report),
  ];
};

/** The last lines for a rebuild that was watched. */
export const endLines = (report: RebuildReport): readonly string[] => {
  const { progress } = report;
  const seconds = (Date.parse(report.endedAt ?? report.since) - Date.parse(report.startedAt)) / 1_000;
  return [
    `${outcome(report)} ${count(progress.commits, 'commit')} of ${count(progress.streams, 'stream')} in ${seconds.toFixed(1)} s, ${Math.round(progress.readUnits)} read and ${Math.round(progress.writeUnits)} write units.`,
    ...differenceLines(report),
  ];
};

/** A rebuild as one line of a list. */
export const listLine = (rebuild: RebuildRecord): string => {
  if (rebuild.kind === 'roll-back')
    return `${rebuild.startedAt} ${rebuild.id} ${wayOf(rebuild)}, by ${rebuild.by}, "${rebuild.why}"`;
  const { id, kind, state, by, why, startedAt, reason } = rebuild;
  const said = [why && `"${why}"`, isOver(rebuild) && reason]
    .filter((part) => typeof part === 'string' && part !== '')
    .join('; ');
  return `${startedAt} ${id} ${kind} of ${nameOf(rebuild)}: ${state}, by ${by}${said === '' ? '' : `, ${said}`}`;
};

/** The lines of a dry run. */
export const estimateLines = (estimate: Estimate): readonly string[] => {
  const { projection, revision, commits, streams, readUnits, writeUnits, price, seconds, sample, settings } = estimate;
  const whole = (n: number) => Math.round(n).toLocaleString('en-GB');
  return [
    `${projection}.r${revision} would take about ${whole(seconds)} s and ${price < 0.01 ? 'less than 0.01' : price.toFixed(2)} USD.`,
    `  about ${count(Math.round(commits), 'commit')} of ${count(Math.round(streams), 'stream')}, ${whole(readUnits)} read units, ${whole(writeUnits)} write units`,
    `  in ${settings.segments} segments, ${settings.concurrency} at the same time, at most ${whole(settings.unitsPerSecond)} read units a second; one of ${settings.compareOneOf} streams is compared`,
    `  estimated from ${count(sample.commits, 'commit')}, in ${sample.segments} of ${whole(sample.of)} segments; nothing was written`,
  ];
};
