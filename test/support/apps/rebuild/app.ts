import { App } from 'aws-cdk-lib';
import type { Manifest } from '../../../../lib/core/manifest.ts';
import { foldstreamApp } from '../../../../lib/infra/app.ts';
import { Step } from '../../../../lib/infra/kit/step.ts';
import { manifest as first } from './first.ts';
import { manifest as history } from './history.ts';
import { manifest as both } from './manifest.ts';
import { manifest as pair } from './pair.ts';
import { manifest as second } from './second.ts';

const deployments: Readonly<Record<string, readonly [Manifest, string]>> = {
  history: [history, './history.ts'],
  first: [first, './first.ts'],
  pair: [pair, './pair.ts'],
  both: [both, './manifest.ts'],
  second: [second, './second.ts'],
};

const app = new App();
const [manifest, file] = deployments[app.node.tryGetContext('deployment')] ?? [both, './manifest.ts'];
const stack = await foldstreamApp({
  app,
  manifest,
  manifestModule: import.meta.resolve(file),
  stackName: app.node.tryGetContext('stack') ?? 'rebuild',
});

// No function of this deployment works for longer than a second on anything; everybody else waits for as long as one may.
const lead = stack.node.findChild('Rebuilds').node.findChild('Lead');
if (lead instanceof Step) lead.addEnvironment('LIVE_AFTER_SECONDS', '1');
