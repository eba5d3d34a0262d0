import { guardHandler } from '../lib/aws/functions/guard.ts';

export const handler = guardHandler();
