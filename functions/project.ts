import { manifest } from '#manifest';
import { projectHandler } from '../lib/aws/functions/project.ts';

export const handler = projectHandler(manifest);
