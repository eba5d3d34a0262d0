import { subjectExportHandler } from 'foldstream/aws';
import { manifest } from '#manifest';

export const handler = subjectExportHandler(manifest);
