import { opsEffectsHandler } from 'foldstream/aws';
import { manifest } from '#manifest';

export const handler = opsEffectsHandler(manifest);
