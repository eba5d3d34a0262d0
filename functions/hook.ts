import { hookHandler } from 'foldstream/aws';
import { manifest } from '#manifest';

export const handler = hookHandler(manifest);
