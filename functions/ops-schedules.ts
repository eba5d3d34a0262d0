import { opsSchedulesHandler } from 'foldstream/aws';
import { manifest } from '#manifest';

export const handler = opsSchedulesHandler(manifest);
