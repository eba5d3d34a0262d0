import { foldstreamApp } from '../../../../lib/infra/app.ts';
import { manifest } from '../moved/manifest.ts';

await foldstreamApp({ manifest, manifestModule: import.meta.resolve('../moved/manifest.ts'), stackName: 'restored' });
