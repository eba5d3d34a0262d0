import { queryHandler } from 'foldstream/aws';
import { manifest } from '#manifest';

export const handler = queryHandler(manifest);
