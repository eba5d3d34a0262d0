import { purgeHandler } from 'foldstream/aws';
import { manifest } from '#manifest';

export const handler = purgeHandler(manifest);
