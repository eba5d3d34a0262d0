import { announceHandler } from 'foldstream/aws';
import { manifest } from '#manifest';

export const handler = announceHandler(manifest);
