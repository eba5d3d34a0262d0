import { manifest } from '#manifest';
import { publishHandler } from '../lib/aws/publish-handler.ts';

export const handler = publishHandler(manifest);
