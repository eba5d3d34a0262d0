import { manifest } from '#manifest';
import { opsHandler } from '../lib/aws/ops-handler.ts';

export const handler = opsHandler(manifest);
