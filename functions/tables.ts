import { tablesHandler } from '../lib/aws/functions/tables.ts';

export const handler = tablesHandler();
