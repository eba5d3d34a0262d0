import { App, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Manifest } from '../core/manifest.ts';
import { type BundleSource, bundle } from './code/bundle.ts';
import { foldCode } from './code/fold-code.ts';
import { projectionCode } from './code/projection-code.ts';
import { FoldstreamStack } from './foldstream-stack.ts';
import { contextIn, settingsFor, stageOf, tagsOf } from './kit/stage.ts';

/** A manifest, and the file that exports it as `manifest`: the functions' bundles import it from there. */
export type Deployable = BundleSource & Readonly<{ manifest: Manifest; app?: App; stackName?: string }>;

/**
 * The CDK app of a manifest: bundles its functions, composes its stack for the stage of `-c stage=dev|prod`, and has cdk-nag look at it.
 * The stack is named `foldstream-<stage>` unless the caller or `-c name=...` says otherwise.
 */
export const foldstreamApp = async ({
  manifest,
  app = new App(),
  stackName,
  ...source
}: Deployable): Promise<FoldstreamStack> => {
  const context = (key: string) => app.node.tryGetContext(key);
  const settings = settingsFor(stageOf(context('stage')), contextIn(context));
  const name: string = stackName ?? context('name') ?? `foldstream-${settings.stage}`;
  const code = {
    steps: await bundle(source),
    fold: await foldCode(manifest, source.manifestModule),
    rows: await projectionCode(manifest, source.manifestModule),
  };
  const stack = new FoldstreamStack(app, name, { manifest, code, settings });
  Tags.of(stack).add('foldstream:stage', settings.stage);
  Tags.of(stack).add('foldstream:stack', name);
  for (const [key, value] of tagsOf(context('tags'))) Tags.of(stack).add(key, value);
  // A finding that is not acknowledged where it arises, with a reason, fails the synthesis.
  Validations.of(app).addPlugins(new AwsSolutionsChecks());
  return stack;
};
