import { manifest } from '#manifest';
import { opsProcessesHandler } from '../lib/aws/ops-processes.ts';

export const handler = opsProcessesHandler(manifest);
