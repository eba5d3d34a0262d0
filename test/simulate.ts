import { parseArgs } from 'node:util';
import { SimulationFailed, simulate } from '../lib/testing/index.ts';
import { accountsWith, rebuildsWith } from './simulation/domain.ts';
import { madeUpWith } from './simulation/made-up/manifest.ts';
import { processesWith } from './simulation/processes.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '1' },
    trace: { type: 'boolean', default: false },
    domain: { type: 'string', default: 'accounts' },
  },
});
/** What may be simulated, by the name of its domain. */
const domains = {
  accounts: accountsWith,
  processes: (seed: number) => processesWith(seed),
  rebuilds: rebuildsWith,
  'made-up': (seed: number) => madeUpWith(seed),
};
const simulationOf = Object.hasOwn(domains, values.domain) && domains[values.domain as keyof typeof domains];
const [first, runs] = [Number(values.seed), Number(values.runs)];
if (!simulationOf || !Number.isSafeInteger(first) || !Number.isSafeInteger(runs) || runs < 1) {
  console.error(
    'Usage: npm run simulate -- --seed <number> --runs <number> [--domain accounts|processes|rebuilds|made-up] [--trace]',
  );
  process.exit(2);
}

const totals: Record<string, number> = {};
let least = Number.POSITIVE_INFINITY;
const began = process.cpuUsage();
try {
  for (let seed = first; seed < first + runs; seed++) {
    const figures = await simulate({
      ...simulationOf(seed),
      ...(values.trace && { trace: (line: string) => console.log(line) }),
    });
    least = Math.min(least, figures.calls ?? 0);
    for (const [name, count] of Object.entries(figures)) totals[name] = (totals[name] ?? 0) + count;
    // Lets signals in.
    if (seed % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const { user, system } = process.cpuUsage(began);
  const seconds = (user + system) / 1_000_000;
  console.log(`${runs} runs from seed ${first}: every promise was kept.`);
  console.log(
    `${seconds.toFixed(1)} s of one core, ${(runs / seconds).toFixed(0)} runs a second of it, ${least} port calls in the shortest run.`,
  );
  for (const [name, count] of Object.entries(totals).sort())
    console.log(`  ${name.padEnd(20)} ${(count / runs).toFixed(2)} a run`);
} catch (cause) {
  if (!(cause instanceof SimulationFailed)) throw cause;
  console.error(cause.message);
  console.error(`The same again: npm run simulate -- --domain ${values.domain} --seed ${cause.seed}`);
  process.exitCode = 1;
}
