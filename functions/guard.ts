import { guardHandler } from 'foldstream/aws';

export const handler = guardHandler();
