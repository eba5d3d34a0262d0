import { App, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { isPersonalEffect } from '../core/effect/decider.ts';
import type { Manifest } from '../core/manifest.ts';
import { personalIn } from '../core/personal/declared.ts';
import { effectsOf } from '../core/process/decider.ts';
import type { ProjectSettings } from '../core/settings/settings.ts';
import { type BundleSource, bundle } from './code/bundle.ts';
import { foldCode } from './code/fold-code.ts';
import { projectionCode } from './code/projection-code.ts';
import { FoldstreamStack } from './foldstream-stack.ts';
import { contextIn, settingsFor, stageOf } from './kit/stage.ts';

/** A manifest, and the file that exports it as `manifest`: the functions' bundles import it from there. */
export type Deployable = BundleSource &
  Readonly<{ manifest: Manifest; settings?: ProjectSettings; app?: App; stackName?: string }>;

/**
 * The CDK app of a manifest: bundles its functions, composes its stack for the environment of `-c stage=<name>`, and has cdk-nag look at it.
 * For a local cloud the functions share files, unless `-c wholeBundles=true` asks for what AWS gets. The stack is named `<app>-<stage>` by its settings unless the caller or `-c name=...` says otherwise.
 */
export const foldstreamApp = async ({
  manifest,
  settings: project,
  app = new App(),
  stackName,
  ...source
}: Deployable): Promise<FoldstreamStack> => {
  const context = (key: string) => app.node.tryGetContext(key);
  const settings = settingsFor(stageOf(context('stage'), project), contextIn(context), project);
  const name: string = stackName ?? context('name') ?? `${settings.app}-${settings.stage}`;
  const code = {
    steps: await bundle({
      ...source,
      isShared: settings.localCloud !== undefined && String(context('wholeBundles')) !== 'true',
      hasPersonal: personalIn(manifest).length > 0,
      personalEffects: effectsOf(manifest)
        .filter(isPersonalEffect)
        .map(({ name }) => name),
      fold: await foldCode(manifest, source.manifestModule),
    }),
    rows: await projectionCode(manifest, source.manifestModule),
  };
  const stack = new FoldstreamStack(app, name, { manifest, code, settings });
  Tags.of(stack).add('foldstream:stage', settings.stage);
  Tags.of(stack).add('foldstream:stack', name);
  for (const [key, value] of Object.entries(settings.tags)) Tags.of(stack).add(key, value);
  // A finding that is not acknowledged where it arises, with a reason, fails the synthesis.
  Validations.of(app).addPlugins(new AwsSolutionsChecks());
  return stack;
};
