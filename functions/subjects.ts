import { subjectsHandler } from 'foldstream/aws';
import { manifest } from '#manifest';

export const handler = subjectsHandler(manifest);
