import { rebuildLeadHandler } from 'foldstream/aws';
import { manifest } from '#manifest';

export const handler = rebuildLeadHandler(manifest);
