import { publishHandler } from '../lib/aws/functions/publish.ts';

export const handler = publishHandler();
