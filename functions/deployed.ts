import { deployedHandler } from 'foldstream/aws';
import { manifest } from '#manifest';

export const handler = deployedHandler(manifest);
