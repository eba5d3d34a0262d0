import { manifest } from '#manifest';
import { rebuildLeadHandler } from '../lib/aws/functions/rebuild-lead.ts';

export const handler = rebuildLeadHandler(manifest);
