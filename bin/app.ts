import { manifest } from '#manifest';
import { foldstreamApp } from '../lib/infra/app.ts';

await foldstreamApp({ manifest, manifestModule: import.meta.resolve('#manifest') });
