import type { Command } from 'commander';
import { reason, whyRedriven } from '../terminal/arguments.ts';
import { onDeployment, type Project } from '../verbs.ts';
import { answerEffect, listEffects, redriveEffect, retryEffect, showPerformance } from './effects.ts';

/** Declares the verbs for the effects of a deployment. */
export const effectsVerbs = (program: Command, project: Project): void => {
  const effects = program.command('effects').description('list the effects, and see to performances without an answer');
  const onPerformance = (name: string, description: string) =>
    effects.command(name).description(description).argument('<performance>', 'such as chargeCardEffect-payment.p1.1');
  const why = ['--why <text>', "the reason, for the performance's history", reason] as const;

  onDeployment(
    effects
      .command('list', { isDefault: true })
      .description('list how each effect is, and its performances that fail, got no answer, or got a late one (the default)')
      .addOption(
        effects
          .createOption('--status <status>', 'list the performances with this status instead')
          .choices(['open', 'failing', 'answered', 'refused', 'timed-out', 'late']),
      )
      .option('--effect <effect>', 'only performances of this effect'),
    listEffects,
    project,
  );
  onDeployment(onPerformance('show', 'show all that became of a performance'), showPerformance, project);
  onDeployment(
    onPerformance('retry', 'try a performance again, at once and under the same key').requiredOption(...why),
    retryEffect,
    project,
  );
  onDeployment(
    onPerformance('answer', 'give the outcome of a performance by hand, as from the records of its provider')
      .option('--done <json>', 'the answer, as the schema of the effect has it')
      .option('--refused <reason>', 'the reason of a refusal, such as card-declined')
      .requiredOption(...why),
    answerEffect,
    project,
  );
  onDeployment(
    effects
      .command('redrive')
      .description('put the dead letters of an effect back into its queue')
      .argument('<effect>', 'such as chargeCard')
      .option(...whyRedriven),
    redriveEffect,
    project,
  );
};
