import { writeFileSync } from 'node:fs';
import { fields } from '../../core/settings/fields.ts';
import { chartSvg } from '../page/chart.ts';
import { pageHtml } from '../page/page.ts';
import { loadMix, loadProject, loadSettings, type ManifestModule } from '../project.ts';
import type { Print } from '../terminal/lines.ts';
import { idleOfManifest, idleOfTemplates } from './idle.ts';
import { costLines, costTables, costWords } from './lines.ts';
import { measuredVerb } from './measured.ts';
import { regionOf } from './region.ts';
import { type CostReport, costReport } from './report.ts';

export type CostOptions = Readonly<{
  module: ManifestModule;
  mix?: string;
  region?: string;
  measured?: boolean;
  stack?: string;
  commandsPerSecond: readonly number[];
  template?: string;
  newAccount?: boolean;
  json?: boolean;
  page?: string;
}>;

/** A report as a page. */
const costPage = (report: CostReport): string => {
  const points = (pick: 'full' | 'alone') => report.rates.map(({ rate, usdAMonth }) => [rate, usdAMonth[pick]] as const);
  const [first] = report.bounds;
  return pageHtml({
    title: 'foldstream cost',
    said: costWords(report),
    charts: [
      chartSvg({
        id: 'month',
        title: `USD a month in ${report.region}`,
        about: `The price of a month by commands a second: it grows in proportion. ${first ? `The first quota that binds is ${first.quota} of ${first.of}, at ${Math.round(first.rate).toLocaleString('en-GB')} a second.` : ''}`,
        x: { name: 'commands a second', isLogarithmic: true },
        y: { name: 'USD a month', isLogarithmic: true },
        lines: [
          { name: 'in full batches', points: points('full') },
          { name: 'each message alone', points: points('alone') },
        ],
      }),
    ],
    tables: costTables(report),
  });
};

/** Tells what a load on the manifest's deployment comes to: units, requests, prices, and the quota that binds first. */
export const costVerb = async (asked: CostOptions, print: Print): Promise<void> => {
  const { manifest } = await loadProject(asked.module);
  if (asked.measured) return measuredVerb({ ...asked, manifest }, print);
  const region = regionOf(asked.region);
  const mix = await loadMix(asked.module, asked.mix);
  const { commitForm: form = fields.commitForm.usual } = await loadSettings(asked.module);
  const idle =
    asked.template === undefined
      ? { count: idleOfManifest(manifest), ofTemplate: false }
      : { count: idleOfTemplates(asked.template), ofTemplate: true };
  const rates = asked.commandsPerSecond;
  const report = await costReport({ manifest, mix, form, region, rates, isNewAccount: asked.newAccount === true, idle });
  if (asked.page !== undefined) writeFileSync(asked.page, costPage(report));
  if (asked.json) return print(JSON.stringify(report, null, 2));
  for (const line of costLines(report)) print(line);
  if (asked.page !== undefined) print(`The page is in ${asked.page}.`);
};
