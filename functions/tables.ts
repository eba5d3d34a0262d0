import { tablesHandler } from 'foldstream/aws';

export const handler = tablesHandler();
