import { manifest } from '#manifest';
import { historyHandler } from '../lib/aws/history-handler.ts';

export const handler = historyHandler(manifest);
