import type { StackResource } from '../../aws/operate/stack-resources.ts';
import { measuredFigures, usedResources } from '../../aws/operate/used.ts';
import type { Manifest } from '../../core/manifest.ts';
import { decidersOf, effectsOf } from '../../core/process/decider.ts';
import { pascal } from '../../core/stream.ts';
import { type MeasuredCost, measuredCost } from '../../engine/cost/measured.ts';
import { partNames } from '../../testing/costing/parts.ts';
import type { PageTable } from '../page/page.ts';
import { patientDynamo, targetStack } from '../stack.ts';
import type { Print } from '../terminal/lines.ts';
import { figure, linesOf, usd } from './lines.ts';
import { regionOf } from './region.ts';

/** The beginnings of logical ids, in a stack of its own or not, and the parts of the deployment that have them. */
const beginnings = (manifest: Manifest): readonly (readonly [string, string])[] => {
  const { projections, processes = [], schedules = {} } = manifest;
  return [
    ...projections.map((view) => [`${pascal(view.name)}R`, partNames.view(view)] as const),
    ...processes.map(({ category }) => [`Processes${pascal(category)}`, partNames.process(category)] as const),
    ...effectsOf(manifest).map(({ name }) => [`Effects${pascal(name)}`, `effect ${name}`] as const),
    ...Object.keys(schedules).map((name) => [`Schedules${pascal(name)}`, `schedule ${name}`] as const),
    ...[...decidersOf(manifest).map(({ category }) => `${pascal(category)}Commands`), 'EventsCommits', 'EventsSnapshots'].map(
      (beginning) => [beginning, partNames.commands] as const,
    ),
    ['Publisher', partNames.publisher],
    ['Announcer', 'public events'],
    ['Queries', 'queries'],
    ['History', 'queries'],
    ['Api', 'API'],
  ];
};

/** The part of a deployment that a resource belongs to. */
export const partOf = (manifest: Manifest): ((resource: Pick<StackResource, 'of' | 'within'>) => string) => {
  const known = beginnings(manifest).toSorted(([a], [b]) => b.length - a.length);
  return ({ of, within }) => {
    const id = `${within?.replace(/NestedStack.*$/, '') ?? ''}${of}`;
    // The id of a view goes on with the number of its revision: a longer name may begin as a shorter one does.
    const found = known.find(
      ([beginning]) => id.startsWith(beginning) && (!beginning.endsWith('R') || /^\d/.test(id.slice(beginning.length))),
    );
    return found?.[1] ?? 'operations';
  };
};

const [minute, hour] = [60_000, 3_600_000];
/** Metrics are complete some minutes later. */
const complete = 5 * minute;

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
  const to = Math.floor((Date.now() - complete) / minute) * minute;
  const figures = await measuredFigures(await usedResources(name, partOf(manifest)), { from: to - hour, to }, dynamo);
  const cost = measuredCost(figures, priced);
  if (json) return print(JSON.stringify(cost, null, 2));
  for (const line of linesOf(measuredTables(cost), measuredWords(cost))) print(line);
};
