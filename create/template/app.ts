import { App } from 'aws-cdk-lib';
import { foldstreamApp } from 'foldstream/cdk';
import { explain, loadProject, loadSettings, manifestModule } from 'foldstream/cli';

// The CDK app: `npx cdk deploy -c stage=<environment>`. Everything in the stack follows from the manifest and the settings.
try {
  const app = new App();
  const { manifest, module } = await loadProject(manifestModule(app.node.tryGetContext('manifest')));
  await foldstreamApp({ app, manifest, manifestModule: module, settings: await loadSettings(module) });
} catch (cause) {
  console.error(explain(cause));
  process.exitCode = 1;
}
