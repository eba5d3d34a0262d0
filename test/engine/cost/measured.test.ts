import { expect, it } from 'vitest';
import { type MeasuredFigures, measuredCost } from '../../../lib/engine/cost/measured.ts';
import { bill } from '../../../lib/engine/cost/prices.ts';

const figures: MeasuredFigures = {
  hours: 2,
  resources: [
    { part: 'commands', resource: 'commits', writeUnits: 1_000, readUnits: 40 },
    { part: 'commands', resource: 'command', invocations: 1_000 },
    { part: 'commands', resource: 'command', milliseconds: 10_000, megabytes: 2_048 },
    { part: 'view totals', resource: 'totals', writeUnits: 3_000, readUnits: 0 },
    { part: 'view totals', resource: 'project', invocations: 100 },
    { part: 'view totals', resource: 'queue', sent: 1_000 },
    { part: 'view totals', resource: 'queue', received: 1_000 },
    { part: 'view totals', resource: 'queue', emptyReceives: 300 },
    { part: 'view quiet', resource: 'quiet', writeUnits: 0, readUnits: 0 },
  ],
  missing: ['AWS/Logs IncomingBytes'],
};

it('prices what a deployment has used by the list, by part and by service, and a month of such hours', () => {
  const cost = measuredCost(figures, 'eu-central-1');
  const commands = { writeUnits: 1_000, readUnits: 40, invocations: 1_000, functionGigabyteSeconds: 20 };
  // Each run takes a batch: a receive and a delete.
  const totals = { writeUnits: 3_000, invocations: 100, queueRequests: 1_000 + 300 + 2 * 100 };
  expect(cost.parts.map(({ part, used }) => [part, used])).toEqual([
    ['view totals', totals],
    ['commands', commands],
  ]);
  const [first, second] = [totals, commands].map((used) => bill(used, 'eu-central-1').total);
  expect(cost.parts.map(({ usd }) => usd)).toEqual([first, second]);
  expect(cost.all.usd).toBeCloseTo(first! + second!, 12);
  expect(cost.all.usdAMonth).toBeCloseTo(cost.all.usd * 365, 9);
  expect(cost.services.map(({ service }) => service)).toEqual(['DynamoDB', 'Lambda', 'SQS']);
  expect(cost.services.reduce((sum, { usd }) => sum + usd, 0)).toBeCloseTo(cost.all.usd, 12);
  expect(cost).toMatchObject({ region: 'eu-central-1', hours: 2, missing: ['AWS/Logs IncomingBytes'] });
});

it('counts each message alone where nobody tells the runs: that is the most it can cost', () => {
  const queue = { part: 'view a', resource: 'queue', received: 10, sent: 10 };
  expect(measuredCost({ hours: 1, resources: [queue], missing: [] }, 'us-east-1').parts[0]?.used).toEqual({ queueRequests: 30 });
});

it('costs nothing where nothing was measured', () => {
  expect(measuredCost({ hours: 1, resources: [], missing: ['AWS/Lambda Invocations'] }, 'us-east-1')).toMatchObject({
    all: { usd: 0, usdAMonth: 0 },
    parts: [],
    services: [],
    missing: ['AWS/Lambda Invocations'],
  });
});
