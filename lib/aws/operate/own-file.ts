import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { PackedFile } from '../../core/operate/console.ts';

/** The content of a file that is deployed beside a function's code, which is JSON; undefined if there is none. */
export const ownFile = (name: string): unknown => {
  const path = join(import.meta.dirname, name);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
};

/** The bytes of a compressed file, in base64. */
export const plain = ({ gzip }: PackedFile): string => gunzipSync(Buffer.from(gzip, 'base64')).toString('base64');
