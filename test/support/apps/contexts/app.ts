import { manifest } from '../../../../domains/contexts.ts';
import { foldstreamApp } from '../../../../lib/infra/app.ts';

await foldstreamApp({ manifest, manifestModule: import.meta.resolve('../../../../domains/contexts.ts'), stackName: 'contexts' });
