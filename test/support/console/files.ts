import { gunzipSync, gzipSync } from 'node:zlib';
import type { PackedFile } from '../../../lib/core/operate/console.ts';
import type { ConsoleFiles } from '../../../lib/http/console/files.ts';

/** A file as it is packed for its function. */
const packedFile = (type: string, content: string, br?: string): PackedFile => ({
  type,
  tag: `tag-of-${content}`,
  gzip: gzipSync(content).toString('base64'),
  ...(br !== undefined && { br }),
});

/** A console of few files. */
export const consoleOfTests: Omit<ConsoleFiles, 'digest'> = {
  site: {
    'index.html': packedFile('text/html; charset=utf-8', '<!doctype html>', 'YnI='),
    'assets/index-abc.js': packedFile('text/javascript; charset=utf-8', 'run();'),
  },
  config: {
    app: 'shop',
    stage: 'dev',
    stack: 'shop-dev',
    region: 'eu-central-1',
    isProtected: false,
    isLocal: false,
    rolesClaim: 'cognito:groups',
    signIn: { kind: 'paste' },
  },
  root: '/',
  origins: ['https://id.example.com'],
  plain: ({ gzip }) => gunzipSync(Buffer.from(gzip, 'base64')).toString('base64'),
};
