import { manifest } from '#manifest';
import { commandHandler } from '../lib/aws/command-handler.ts';

export const handler = commandHandler(manifest);
