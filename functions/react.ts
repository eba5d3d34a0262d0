import { manifest } from '#manifest';
import { reactHandler } from '../lib/aws/react-handler.ts';

export const handler = reactHandler(manifest);
