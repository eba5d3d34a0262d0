import { scheduleHandler } from 'foldstream/aws';
import { manifest } from '#manifest';

export const handler = scheduleHandler(manifest);
