import { manifest } from '#manifest';
import { projectHandler } from '../lib/aws/project-handler.ts';

export const handler = projectHandler(manifest);
