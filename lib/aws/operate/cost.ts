import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import type { Manifest } from '../../core/manifest.ts';
import { type CostReport, lastHour, measuredCost } from '../../engine/cost/measured.ts';
import { partOf } from '../../engine/cost/parts.ts';
import { prices, type Region, usualRegion } from '../../engine/cost/prices.ts';
import { instant } from '../../engine/instant.ts';
import type { Clock } from '../../engine/ports.ts';
import { cloudWatch } from './metrics.ts';
import { measuredFigures, type UsedResource, usedResources } from './used.ts';

type Of = Readonly<{ manifest: Manifest; stack: string; region: string; dynamo: DynamoDBClient; clock: Pick<Clock, 'now'> }>;

/** Metrics are paid for by each that is asked for: an answer is good for so long (milliseconds). */
const goodFor = 5 * 60_000;

const isPriced = (region: string): region is Region => Object.hasOwn(prices, region);

/** Reads what a deployment has cost in the last hour. Its resources change with a deployment only, which begins new functions. */
export const costReader = (
  { manifest, stack, region, dynamo, clock }: Of,
  // Those of requests give up soon, and a list of resources takes a while.
  clients = {
    stacks: new CloudFormationClient({}),
    functions: new LambdaClient({ maxAttempts: 8 }),
    metrics: cloudWatch(),
  },
): (() => Promise<CostReport>) => {
  let resources: readonly UsedResource[] | undefined;
  let last: Readonly<{ at: number; report: CostReport }> | undefined;
  return async () => {
    const now = clock.now();
    if (last && now - last.at < goodFor) return last.report;
    resources ??= await usedResources(stack, partOf(manifest), clients.stacks, clients.functions);
    const span = lastHour(now);
    const figures = await measuredFigures(resources, span, dynamo, clients.metrics);
    const report = {
      ...measuredCost(figures, isPriced(region) ? region : usualRegion),
      from: instant(span.from),
      to: instant(span.to),
      ...(!isPriced(region) && { deployedIn: region }),
    };
    last = { at: now, report };
    return report;
  };
};
