import { manifest } from '#manifest';
import { commandHandler } from '../lib/aws/functions/command.ts';

export const handler = commandHandler(manifest);
