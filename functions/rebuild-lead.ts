import { manifest } from '#manifest';
import { rebuildLeadHandler } from '../lib/aws/rebuild-lead-handler.ts';

export const handler = rebuildLeadHandler(manifest);
