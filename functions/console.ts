import { consoleHandler } from 'foldstream/aws';

export const handler = consoleHandler();
