import { manifest } from '#manifest';
import { opsHandler } from '../lib/aws/functions/ops.ts';

export const handler = opsHandler(manifest);
