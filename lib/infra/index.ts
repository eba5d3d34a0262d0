// The package's entry `foldstream/cdk`: the stack of a manifest, and the bundles of its functions.

export { type Deployable, foldstreamApp } from './app.ts';
export { type BundleSource, type Bundles, bundle } from './code/bundle.ts';
export { foldCode } from './code/fold-code.ts';
export { projectionCode } from './code/projection-code.ts';
export { FoldstreamStack } from './foldstream-stack.ts';
export { type Settings, settingsFor } from './kit/stage.ts';
export type { Code, Common } from './kit/step.ts';
