import { App } from 'aws-cdk-lib';
import { foldstreamApp, WrongSetting } from 'foldstream/cdk';
import { explain, loadProject, manifestModule, UserError } from 'foldstream/cli';

try {
  const app = new App();
  const { manifest, module } = await loadProject(
    manifestModule(app.node.tryGetContext('manifest'), import.meta.resolve('#manifest')),
  );
  await foldstreamApp({ app, manifest, manifestModule: module });
} catch (cause) {
  if (!(cause instanceof WrongSetting || cause instanceof UserError)) throw cause;
  console.error(explain(cause instanceof WrongSetting ? cause.message : cause));
  process.exitCode = 1;
}
