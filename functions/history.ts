import { manifest } from '#manifest';
import { historyHandler } from '../lib/aws/functions/history.ts';

export const handler = historyHandler(manifest);
