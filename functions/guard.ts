import { guardHandler } from '../lib/aws/guard-handler.ts';

export const handler = guardHandler();
