import { manifest } from '#manifest';
import { reactHandler } from '../lib/aws/functions/react.ts';

export const handler = reactHandler(manifest);
