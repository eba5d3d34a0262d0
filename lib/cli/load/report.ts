import type { TableUnits } from '../../aws/operate/units.ts';
import { count } from '../terminal/lines.ts';
import { type Latency, sentLate } from './figures.ts';
import type { Ran } from './run.ts';

/** The bounds that a run must keep. */
export type Bounds = Readonly<{ p99?: number; errors?: number }>;

/** A run of `foldstream load`, as `--json` prints it. Times are in milliseconds. */
export type LoadReport = Ran &
  Readonly<{
    target: string;
    rate: number;
    seconds: number;
    seed: number;
    /** Absent if the engine does not tell them, or nobody asked. */
    units?: readonly TableUnits[];
    /** Why there are none, if they could not be read. */
    unitsFailed?: string;
    missed: readonly string[];
  }>;

const ms = (value: number): string => (value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en-GB'));
const rate = (value: number): string => value.toLocaleString('en-GB', { maximumFractionDigits: 1 });

/** The bounds that a run has missed, as sentences. */
export const missedBounds = ({ latency, errors }: Pick<Ran, 'latency' | 'errors'>, bounds: Bounds): readonly string[] => [
  ...(bounds.p99 !== undefined && latency.p99 > bounds.p99
    ? [`p99 is ${ms(latency.p99)} ms: the bound is ${bounds.p99.toLocaleString('en-GB')}.`]
    : []),
  ...(bounds.errors !== undefined && errors > bounds.errors
    ? [`There were ${count(errors, 'error')}: the bound is ${bounds.errors.toLocaleString('en-GB')}.`]
    : []),
];

/** What the figures must not be read without. */
export const warningsOf = ({ late, sent, held, rate: asked, ran, seconds }: LoadReport): readonly string[] => [
  ...(held > 0
    ? [
        `${count(held, 'request')} waited because the most that may be open were open: the service takes fewer than ${rate(asked)} a second, or --most-open is too low.`,
      ]
    : []),
  ...(late.count > held && late.count > sent / 100
    ? [
        `This machine fell behind: it sent ${count(late.count, 'request')} more than ${sentLate} ms late, the latest by ${ms(late.most)} ms. That wait is in the figures. Use a lower rate, or several machines.`,
      ]
    : []),
  ...(ran > seconds * 1.1 + 1 ? [`The last answer came ${(ran - seconds).toFixed(1)} s after the last request was due.`] : []),
];

export const latencyHead = ['', 'requests', 'p50', 'p90', 'p99', 'p99.9', 'most'];

const latencyCells = (name: string, { count: requests, p50, p90, p99, p999, max }: Latency): readonly string[] => [
  name,
  requests.toLocaleString('en-GB'),
  ...[p50, p90, p99, p999, max].map(ms),
];

/** The rows of the table of latencies: all commands, each command, and the time until a view shows one. */
export const latencyRows = ({ latency, commands, visible }: LoadReport): readonly (readonly string[])[] => [
  latencyCells('all', latency),
  ...commands.map(({ command, latency: of }) => latencyCells(command, of)),
  ...visible.map(({ view, latency: of }) => latencyCells(`then visible in ${view}`, of)),
];

/** The sentence that says what was sent to which deployment. */
export const headline = ({ target, rate: asked, ran, sent, interrupted }: LoadReport): string =>
  `${count(sent, 'request')} to ${target}, at ${rate(asked)} a second for ${ran.toFixed(1)} s${interrupted ? ', until it was interrupted' : ''}.`;

/** What became of the requests, one line for each status. */
export const statusRows = ({ statuses }: LoadReport): readonly (readonly string[])[] =>
  Object.entries(statuses).map(([status, n]) => [status, n.toLocaleString('en-GB')]);

export const unitsCaption = 'Units, of all that used the tables in these minutes:';
export const unitsHead = ['table', 'read', 'write'];
export const unitsRows = ({ units = [] }: LoadReport): readonly (readonly string[])[] =>
  units.map(({ table, read, write }) => [table, ...[read, write].map((sum) => rate(sum))]);

const aligned = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map(
    (row) => `  ${row.map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))).join('  ')}`,
  );
};

/** A report for a person. */
export const reportLines = (report: LoadReport): readonly string[] => {
  const { retries, refused, errors, visible, units, unitsFailed } = report;
  const unseen = visible.filter(({ failed }) => failed > 0);
  return [
    headline(report),
    '',
    'Milliseconds from the moment when a request was due until its answer, retries included:',
    ...aligned([latencyHead, ...latencyRows(report)]),
    '',
    `Answers: ${count(refused, 'refusal')}, ${count(errors, 'error')}, ${retries.toLocaleString('en-GB')} retries.`,
    ...aligned([['status', 'requests'], ...statusRows(report)]),
    ...unseen.map(({ view, failed }) => `${view} did not show ${count(failed, 'command')} within 30 s.`),
    ...(units
      ? [unitsCaption, ...aligned([unitsHead, ...unitsRows(report)])]
      : [unitsFailed === undefined ? 'Units: not told.' : `Units could not be read: ${unitsFailed}`]),
    ...warningsOf(report),
    ...report.missed,
  ];
};
