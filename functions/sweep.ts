import { manifest } from '#manifest';
import { sweepHandler } from '../lib/aws/functions/sweep.ts';

export const handler = sweepHandler(manifest);
