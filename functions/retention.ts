import { retentionHandler } from 'foldstream/aws';
import { manifest } from '#manifest';

export const handler = retentionHandler(manifest);
