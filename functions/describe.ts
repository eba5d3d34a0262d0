import { describeHandler } from 'foldstream/aws';
import { manifest } from '#manifest';

export const handler = describeHandler(manifest);
