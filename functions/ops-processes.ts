import { manifest } from '#manifest';
import { opsProcessesHandler } from '../lib/aws/functions/ops-processes.ts';

export const handler = opsProcessesHandler(manifest);
