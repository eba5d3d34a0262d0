import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { loadProject, manifestModule } from '../lib/cli/project.ts';
import { explain } from '../lib/cli/terminal/user-error.ts';
import { type Simulation, SimulationFailed, simulate } from '../lib/testing/simulator.ts';
import { accountsWith } from './simulation/domain.ts';
import { madeUpWith } from './simulation/made-up/manifest.ts';
import { processesWith } from './simulation/processes.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '1' },
    trace: { type: 'boolean', default: false },
    domain: { type: 'string', default: 'accounts' },
    manifest: { type: 'string' },
  },
});
/** The simulations, by the name of their domain. */
const domains = {
  accounts: (seed: number) => accountsWith(seed),
  processes: (seed: number) => processesWith(seed),
  'made-up': (seed: number) => madeUpWith(seed),
};
type SimulationOf = (seed: number) => Simulation;

/**
 * The simulation that was asked for: one of the above; the export `simulation` of a file; or a manifest, with commands made up from its
 * schemas.
 */
const simulationFor = async (): Promise<SimulationOf | undefined> => {
  if (values.manifest !== undefined) {
    const { manifest } = await loadProject(manifestModule(values.manifest));
    return (seed) => ({ manifest, seed });
  }
  if (Object.hasOwn(domains, values.domain)) return domains[values.domain as keyof typeof domains];
  return existsSync(values.domain) ? (await import(pathToFileURL(resolve(values.domain)).href)).simulation : undefined;
};
const simulationOf = await simulationFor().catch((cause: unknown) => {
  console.error(explain(cause));
  process.exit(1);
});
const [first, runs] = [Number(values.seed), Number(values.runs)];
if (!simulationOf || !Number.isSafeInteger(first) || !Number.isSafeInteger(runs) || runs < 1) {
  console.error(
    'Usage: npm run simulate -- --seed <number> --runs <number> [--trace] [--manifest <file> | --domain accounts|processes|made-up|<file that exports `simulation`>]',
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
  const what = values.manifest === undefined ? `--domain ${values.domain}` : `--manifest ${values.manifest}`;
  console.error(`The same again: npm run simulate -- ${what} --seed ${cause.seed}`);
  process.exitCode = 1;
}
