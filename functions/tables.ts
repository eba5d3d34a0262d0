import { tablesHandler } from '../lib/aws/tables-handler.ts';

export const handler = tablesHandler();
