import { foldstreamApp } from '../../../../lib/infra/app.ts';
import { manifest } from './manifest.ts';

await foldstreamApp({ manifest, manifestModule: import.meta.resolve('./manifest.ts'), stackName: 'customers' });
