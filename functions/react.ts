import { reactHandler } from 'foldstream/aws';
import { manifest } from '#manifest';

export const handler = reactHandler(manifest);
