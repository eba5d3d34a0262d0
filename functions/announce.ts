import { manifest } from '#manifest';
import { announceHandler } from '../lib/aws/announce-handler.ts';

export const handler = announceHandler(manifest);
