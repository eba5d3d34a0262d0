import { manifest } from '#manifest';
import { deployedHandler } from '../lib/aws/deployed-handler.ts';

export const handler = deployedHandler(manifest);
