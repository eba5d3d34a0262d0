import { publishHandler } from 'foldstream/aws';

export const handler = publishHandler();
