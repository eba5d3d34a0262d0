import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { buildInto, packInto, repository } from './build.ts';

/** `npm run pack`: the packages as they are published: this one is compiled into dist/package, and both are packed into dist. */
const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name } = process.env;
const dist = join(repository, 'dist');
const built = join(dist, 'package');
await buildInto(built, server && name && `${server}/${name}`);
const kilobytes = (bytes: number) => `${Math.round(bytes / 1000)} KB`;
const create = join(repository, 'create');
for (const folder of existsSync(join(create, 'package.json')) ? [built, create] : [built]) {
  const { tarball, size, unpackedSize, files } = await packInto(folder, dist);
  const sizes = `${kilobytes(size)} packed, ${kilobytes(unpackedSize)} unpacked, ${files.length} files`;
  console.log(`${relative(process.cwd(), tarball)}: ${sizes}`);
}
