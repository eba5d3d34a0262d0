import { sweepHandler } from 'foldstream/aws';
import { manifest } from '#manifest';

export const handler = sweepHandler(manifest);
