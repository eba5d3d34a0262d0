import { manifest } from '#manifest';
import { queryHandler } from '../lib/aws/functions/query.ts';

export const handler = queryHandler(manifest);
