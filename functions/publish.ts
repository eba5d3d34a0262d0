import { publishHandler } from '../lib/aws/publish-handler.ts';

export const handler = publishHandler();
