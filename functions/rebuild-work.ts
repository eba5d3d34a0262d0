import { manifest } from '#manifest';
import { rebuildWorkHandler } from '../lib/aws/rebuild-work-handler.ts';

export const handler = rebuildWorkHandler(manifest);
