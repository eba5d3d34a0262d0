import { projectHandler } from 'foldstream/aws';
import { manifest } from '#manifest';

export const handler = projectHandler(manifest);
