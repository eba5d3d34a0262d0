import { commandHandler } from 'foldstream/aws';
import { manifest } from '#manifest';

export const handler = commandHandler(manifest);
