import { manifest } from '#manifest';
import { rebuildWorkHandler } from '../lib/aws/functions/rebuild-work.ts';

export const handler = rebuildWorkHandler(manifest);
