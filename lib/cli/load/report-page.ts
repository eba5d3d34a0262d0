import { type Chart, chartSvg } from '../page/chart.ts';
import { pageHtml } from '../page/page.ts';
import {
  headline,
  type LoadReport,
  latencyHead,
  latencyRows,
  statusRows,
  unitsCaption,
  unitsHead,
  unitsRows,
  warningsOf,
} from './report.ts';

/** The latencies of a run over its time, as a chart. */
export const latencyChart = ({ intervals, latency, rate }: LoadReport): Chart => ({
  id: 'load',
  title: `Latency at ${rate.toLocaleString('en-GB')} commands a second`,
  about: `Over the seconds of the run: p50, p90 and p99 of the latency of the commands that were due then. Over the whole run they are ${latency.p50.toFixed(0)}, ${latency.p90.toFixed(0)} and ${latency.p99.toFixed(0)} milliseconds.`,
  x: { name: 'seconds since the beginning' },
  y: { name: 'milliseconds' },
  lines: (['p50', 'p90', 'p99'] as const).map((name) => ({
    name,
    points: intervals.map(({ second, latency: of }) => [second, of[name]] as const),
  })),
});

/** A report as a page. */
export const reportPage = (report: LoadReport): string =>
  pageHtml({
    title: 'foldstream load',
    said: [
      headline(report),
      `It began at ${report.beganAt}. There were ${report.refused} refusals, ${report.errors} errors and ${report.retries} retries.`,
      ...warningsOf(report),
      ...report.missed,
    ],
    charts: [chartSvg(latencyChart(report))],
    tables: [
      {
        caption: 'Milliseconds from the moment when a request was due until its answer, retries included',
        head: latencyHead,
        rows: latencyRows(report),
      },
      { caption: 'Answers', head: ['status', 'requests'], rows: statusRows(report) },
      ...(report.units ? [{ caption: unitsCaption, head: unitsHead, rows: unitsRows(report) }] : []),
    ],
  });
