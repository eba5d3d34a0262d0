import { manifest } from '#manifest';
import { queryHandler } from '../lib/aws/query-handler.ts';

export const handler = queryHandler(manifest);
