import { manifest } from '#manifest';
import { foldstreamApp } from '../lib/infra/app.ts';
import { WrongSetting } from '../lib/infra/stage.ts';

try {
  await foldstreamApp({ manifest, manifestModule: import.meta.resolve('#manifest') });
} catch (cause) {
  if (!(cause instanceof WrongSetting)) throw cause;
  console.error(cause.message);
  process.exitCode = 1;
}
