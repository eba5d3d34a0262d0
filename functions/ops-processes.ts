import { opsProcessesHandler } from 'foldstream/aws';
import { manifest } from '#manifest';

export const handler = opsProcessesHandler(manifest);
