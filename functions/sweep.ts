import { manifest } from '#manifest';
import { sweepHandler } from '../lib/aws/sweep-handler.ts';

export const handler = sweepHandler(manifest);
