import type { Command } from 'commander';
import { usualRegion } from '../../engine/cost/prices.ts';
import { whole } from '../terminal/arguments.ts';
import { type Project, runs } from '../verbs.ts';
import type { CostOptions } from './cost.ts';

const rates = (text: string): readonly number[] => text.split(',').map((each) => whole()(each.trim()));

/** Declares the verb that prices a load. */
export const costVerbs = (program: Command, project: Project): void => {
  runs(
    program
      .command('cost')
      .description('tell what a load comes to on AWS: units, requests, prices, and the quota that binds first')
      .option('--mix <file>', 'the file that exports the mix of commands as `load`; without it load.ts beside the manifest')
      .option('--commands-per-second <numbers>', 'the rates to tell about, with commas', rates, [10, 100, 1_000, 10_000, 100_000])
      .option('--region <region>', `whose prices and quotas; ${usualRegion} unless a stack is measured, then its own`)
      .option('--measured', 'tell what the deployment has used in the last hour, by its metrics, and what the month will come to')
      .option('--stack <name>', 'the stack that is measured; without it the local deployment')
      .option(
        '--template <path>',
        'a synthesized template, or the folder cdk.out: its alarms, keys and queues cost something idle too',
      )
      .option('--new-account', 'with the quotas of a new account')
      .option('--json', 'print the report as JSON')
      .option('--page <file>', 'write it into an HTML page, with a chart'),
    // The engine in memory is loaded by this verb alone: no other verb waits for it.
    async (asked: Omit<CostOptions, 'module'>, print) =>
      (await import('./cost.ts')).costVerb({ ...asked, module: project.module() }, print),
  );
};
