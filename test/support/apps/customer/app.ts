import { foldstreamApp } from '../../../../lib/infra/app.ts';
import { manifest } from './deployed.ts';

await foldstreamApp({ manifest, manifestModule: import.meta.resolve('./deployed.ts'), stackName: 'customers' });
