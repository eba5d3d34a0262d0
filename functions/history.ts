import { historyHandler } from 'foldstream/aws';
import { manifest } from '#manifest';

export const handler = historyHandler(manifest);
