import { App } from 'aws-cdk-lib';
import { loadProject, manifestModule } from '../lib/cli/project.ts';
import { explain, UserError } from '../lib/cli/terminal/user-error.ts';
import { foldstreamApp } from '../lib/infra/app.ts';
import { WrongSetting } from '../lib/infra/kit/stage.ts';

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
