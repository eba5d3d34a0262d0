import { manifest } from '#manifest';
import { deployedHandler } from '../lib/aws/functions/deployed.ts';

export const handler = deployedHandler(manifest);
