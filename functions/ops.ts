import { opsHandler } from 'foldstream/aws';
import { manifest } from '#manifest';

export const handler = opsHandler(manifest);
