import { cloudWatch } from '../../aws/operate/metrics.ts';
import { measuredFigures, usedResources } from '../../aws/operate/used.ts';
import type { Manifest } from '../../core/manifest.ts';
import { lastHour, type MeasuredCost, measuredCost } from '../../engine/cost/measured.ts';
import { partOf } from '../../engine/cost/parts.ts';
import type { PageTable } from '../page/page.ts';
import { patient, patientDynamo, targetStack } from '../stack.ts';
import type { Print } from '../terminal/lines.ts';
import { figure, linesOf, usd } from './lines.ts';
import { regionOf } from './region.ts';

/** The report as tables. */
export const measuredTables = ({ services, parts, all, region, listedOn }: MeasuredCost): readonly PageTable[] => [
  {
    caption: 'By part of the deployment',
    head: ['part', 'write units', 'read units', 'invocations', 'requests to queues', 'USD', 'USD a month'],
    rows: parts.map(({ part, used, usd: price, usdAMonth }) => [
      part,
      ...[used.writeUnits, used.readUnits, used.invocations, used.queueRequests].map((value = 0) => figure(value, 0)),
      price.toFixed(6),
      usd(usdAMonth),
    ]),
  },
  {
    caption: `By service, at list prices of ${listedOn} in ${region}`,
    head: ['service', 'USD', 'USD a month'],
    rows: [
      ...services.map(({ service, usd: price, usdAMonth }) => [service, price.toFixed(6), usd(usdAMonth)]),
      ['all', all.usd.toFixed(6), usd(all.usdAMonth)],
    ],
  },
];

/** What stands in no table. */
export const measuredWords = ({ missing, notCounted, hours, all }: MeasuredCost): readonly string[] => [
  `${hours === 1 ? 'The last hour has' : `The last ${figure(hours)} hours have`} cost ${all.usd.toFixed(6)} USD; a month of such hours comes to ${usd(all.usdAMonth)} USD.`,
  ...(missing.length > 0
    ? [
        `Of these CloudWatch has told nothing, so they count as none: ${missing.join('; ')}. Either nothing happened, or this cloud does not measure it.`,
      ]
    : []),
  'The table of commits stands with the commands, whoever reads it.',
  `Not in it: ${notCounted.join('; ')}. Free tiers and discounts are left out.`,
];

type Asked = Readonly<{ manifest: Manifest; stack?: string; region?: string; json?: boolean }>;

/** `foldstream cost --measured`: what a deployment has used in the last hour, priced. */
export const measuredVerb = async ({ manifest, stack, region, json }: Asked, print: Print): Promise<void> => {
  const name = await targetStack(stack);
  const dynamo = patientDynamo();
  // A local cloud has no prices: its region is not asked for.
  const priced = regionOf(region ?? (stack === undefined ? undefined : await dynamo.config.region()));
  const resources = await usedResources(name, partOf(manifest));
  const figures = await measuredFigures(resources, lastHour(Date.now()), dynamo, cloudWatch(patient));
  const cost = measuredCost(figures, priced);
  if (json) return print(JSON.stringify(cost, null, 2));
  for (const line of linesOf(measuredTables(cost), measuredWords(cost))) print(line);
};
