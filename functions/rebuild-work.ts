import { rebuildWorkHandler } from 'foldstream/aws';
import { manifest } from '#manifest';

export const handler = rebuildWorkHandler(manifest);
