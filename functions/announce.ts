import { manifest } from '#manifest';
import { announceHandler } from '../lib/aws/functions/announce.ts';

export const handler = announceHandler(manifest);
