import { opsDeadLettersHandler } from 'foldstream/aws';
import { manifest } from '#manifest';

export const handler = opsDeadLettersHandler(manifest);
